"""Which nicknames pretend to be somebody else: the house, its staff, a name that only looks like another.

Pure. What cannot be seen is dropped before (``rules.clean_text``); here stands what is seen and deceives.
"""

import re
import unicodedata

from jishi.kernel import lookalikes

# Said by the house alone, wherever in a name.
ANYWHERE = (
    "官方",
    "客服",
    "管理员",
    "运营团队",
    "平台通知",
    "系统消息",
    "系统通知",
    "集柿",
    "official",
    "jishiteam",
)
# Said by the house alone, as a whole word or as the whole name.
WORDS = frozenset({
    "admin", "administrator", "moderator", "support", "staff", "system", "jishi", "customerservice",
    "helpdesk", "root", "notification", "notifications",
})  # fmt: skip
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def find_pretence(nickname: str) -> str:
    """Return how a nickname deceives: ``official``, ``scripts``, ``joined``, or the empty string."""
    bare = lookalikes.skeleton(nickname)
    words = {lookalikes.skeleton(word) for word in _WORD.findall(lookalikes.folded(nickname))}
    if any(word in bare for word in ANYWHERE) or bare in WORDS or words & WORDS:
        return "official"
    if any(len(lookalikes.scripts(word)) > 1 for word in _WORD.findall(nickname)):
        return "scripts"
    return "joined" if _has_loose_joiner(nickname) else ""


def _has_loose_joiner(nickname: str) -> bool:
    """A joiner may hold two pictures together; between letters it only makes a second equal name."""
    for at, character in enumerate(nickname):
        if character != "\u200d":
            continue
        around = (nickname[at - 1 : at], nickname[at + 1 : at + 2])
        if not all(c and unicodedata.category(c) in ("So", "Sk", "Mn") for c in around):
            return True
    return False
