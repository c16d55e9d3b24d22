"""What a text looks like to a reader, whatever characters it is made of; pure.

``skeleton`` maps texts that look alike to one string, so that a list of words finds its disguises: full-width
forms, letters of other alphabets, digits for letters, invisible characters, and spaces in between.
"""

import re
import unicodedata

# Letters of other alphabets that are read as Latin ones.
LOOKALIKES = {
    # Cyrillic
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ё": "e", "һ": "h", "і": "i", "ї": "i", "ј": "j",
    "к": "k", "ӏ": "l", "м": "m", "н": "h", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "ц": "u",
    "ѵ": "v", "ԝ": "w", "х": "x", "у": "y", "г": "r", "п": "n",
    # Greek
    "α": "a", "β": "b", "ϲ": "c", "ε": "e", "η": "n", "ι": "i", "κ": "k", "ν": "v", "ο": "o", "ρ": "p",
    "σ": "o", "τ": "t", "υ": "u", "χ": "x", "ω": "w", "γ": "y", "μ": "u",
    # Latin that decomposes into nothing
    "ı": "i", "ɑ": "a", "ɡ": "g", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ƒ": "f",
}  # fmt: skip
DIGITS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i", "|": "l"}
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}
# Fillers that are letters by category and nothing to the eye.
BLANK = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u2800"}

_LETTERS_AND_DIGITS = re.compile(r"[\W_]+", re.UNICODE)


def folded(text: str) -> str:
    """One case, one width, no marks and nothing invisible; words and their order stay."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    seen = (
        c for c in plain if c not in BLANK and (unicodedata.category(c) not in INVISIBLE or c in "\t\n\r")
    )
    return unicodedata.normalize("NFC", "".join(LOOKALIKES.get(c, c) for c in seen))


def skeleton(text: str) -> str:
    """What remains when spaces, signs and disguises are taken away; digits between letters become letters."""
    seen = folded(text)
    spelled = "".join(DIGITS[c] if _is_disguise(seen, at) else c for at, c in enumerate(seen))
    return _LETTERS_AND_DIGITS.sub("", spelled)


def _is_disguise(text: str, at: int) -> bool:
    """A digit or sign stands for a letter where a Latin letter is its neighbour."""
    if text[at] not in DIGITS:
        return False
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return any(c.isascii() and c.isalpha() for c in (before, after))


def scripts(text: str) -> frozenset[str]:
    """The alphabets a text is written in, among those that can be taken for each other."""
    found = set()
    for character in text:
        if not character.isalpha():
            continue
        name = unicodedata.name(character, "")
        for script in ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"):
            if name.startswith(script):
                found.add(script)
    return frozenset(found)
