"""Texts of a community pass the same guards as notes do."""

from datetime import datetime

from jishi.social.notes import ports
from jishi.social.notes.errors import ContentRefused
from jishi.social.notes.ports import Publication


def check(author_id: int, *texts: str, at: datetime) -> None:
    """Return quietly if these texts may stand in a community. What would be held for review is refused as
    well: everybody who reads about a community reads them at once. Call it before the transaction.

    :raises ContentRefused: a guard refuses them.
    """
    written = "\n".join(text for text in texts if text)
    verdict = ports.judge(
        Publication(kind="announcement", author_id=author_id, text=written, context="community"), at=at
    )
    if verdict.action != "accept":
        first = verdict.findings[0] if verdict.findings else None
        raise ContentRefused(
            reason=first.message % first.params if first else "",
            findings=[finding.code for finding in verdict.findings],
        )
