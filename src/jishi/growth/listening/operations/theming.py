"""Themes and their words, and putting them to items. What somebody decided by hand is never overruled."""

from collections.abc import Sequence

from django.db import transaction

from jishi.growth.listening import rules, themes
from jishi.growth.listening.contracts import Words
from jishi.growth.listening.errors import FeedbackInvalid, ThemeNotFound
from jishi.growth.listening.models import Item, Tag, Theme
from jishi.kernel.ids import new_code

BATCH = 2000


def open_ready() -> int:
    """Open the themes that ship; those that exist, changed or put away, stay as they are."""
    rows = [
        Theme(slug=slug, name={"zh-hans": chinese, "en": english}, words=list(words), is_due=True)
        for slug, chinese, english, words in themes.READY
    ]
    before = Theme.objects.count()
    Theme.objects.bulk_create(rows, ignore_conflicts=True)
    return Theme.objects.count() - before


def save_theme(*, slug: str = "", name: Words, words: Sequence[str]) -> str:
    """Make a theme or change one; its words are looked for in earlier items too. Returns its slug.

    :raises FeedbackInvalid: it has no name.
    :raises ThemeNotFound: there is none to change.
    """
    texts = {language: " ".join(text.split())[:60] for language, text in name.items()}
    if not any(texts.values()):
        raise FeedbackInvalid(field="name")
    fields = {"name": texts, "words": list(rules.clean_words(words)), "is_due": True, "is_archived": False}
    if not slug:
        return Theme.objects.create(slug=f"t-{new_code(6).lower()}", **fields).slug
    if not Theme.objects.filter(slug=slug).update(**fields):
        raise ThemeNotFound
    return slug


def put_away_theme(*, slug: str) -> None:
    """Stop looking for a theme; what carries it keeps it.

    :raises ThemeNotFound: there is none.
    """
    if not Theme.objects.filter(slug=slug).update(is_archived=True, is_due=False):
        raise ThemeNotFound


def tag(item_id: int, text: str) -> None:
    """Put the themes whose words stand in a new item."""
    known = list(Theme.objects.filter(is_archived=False).values_list("pk", "words"))
    rows = [Tag(item_id=item_id, theme_id=one) for one in rules.matching(text, known)]
    Tag.objects.bulk_create(rows, ignore_conflicts=True)


def speaks_of(text: str) -> bool:
    """Whether a text speaks of a theme that is looked for."""
    known = [(row.pk, tuple(row.words)) for row in Theme.objects.filter(is_archived=False)]
    return bool(rules.matching(text, known))


def tag_due(*, limit: int = BATCH) -> int:
    """Look for the words of new and changed themes in the newest items; returns how many themes."""
    done = 0
    with transaction.atomic():
        due = list(Theme.objects.select_for_update(skip_locked=True).filter(is_due=True).order_by("pk"))
        if not due:
            return 0
        known = [(row.pk, tuple(row.words)) for row in due]
        # What its words found before goes first; what hands did stays.
        Tag.objects.filter(theme_id__in=[row.pk for row in due], by_hand=False).delete()
        found = [
            Tag(item_id=item_id, theme_id=theme)
            for item_id, text in Item.objects.order_by("-pk").values_list("pk", "text")[:limit]
            for theme in rules.matching(text, known)
        ]
        Tag.objects.bulk_create(found, ignore_conflicts=True, batch_size=1000)
        done = Theme.objects.filter(pk__in=[row.pk for row in due]).update(is_due=False)
    return done
