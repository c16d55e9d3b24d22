"""What moderation answers when lower domains ask before they publish."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from jishi.kernel import policy
from jishi.people.accounts import queries as people
from jishi.social.notes import ports as publishing
from jishi.trust.moderation import lint, queries
from jishi.trust.moderation.operations import prints


class WordsAndFloods:
    """The house's own guard: word lists of the rule pack, links, mentions, repetition and bursts."""

    name = "moderation"

    def judge(self, publication: publishing.Publication, *, at: datetime) -> publishing.Verdict:
        """Say what speaks against it, and remember its fingerprint unless it is refused."""
        joined_at = people.get_profile(publication.author_id).joined_at
        is_new = at - joined_at < lint.NEW_ACCOUNT
        past = [
            lint.Past(*row)
            for row in queries.list_prints(publication.author_id, since=at - lint.REPEAT_WITHIN, limit=100)
        ]
        text = publication.text
        remarks = [
            *lint.check_words(text, lint.words_of(policy.pack().rules)),
            *lint.check_links(
                text, publication.links, own_host=lint.host_of(settings.JISHI_BASE_URL), is_new=is_new
            ),
            *lint.check_mentions(publication.mentions, is_new=is_new),
            *lint.check_flood(text, publication.kind, past, is_new=is_new, at=at),
        ]
        verdict = _verdict(remarks)
        if verdict.action != "refuse":
            prints.remember(
                author_id=publication.author_id,
                kind=publication.kind,
                simhash=lint.simhash(text),
                length=len(text),
                at=at,
            )
        return verdict


def _verdict(remarks: Iterable[lint.Remark]) -> publishing.Verdict:
    found = list(remarks)
    actions = {remark.action for remark in found}
    findings = tuple(publishing.Finding(f.code, f.message, dict(f.params)) for f in found)
    if "refuse" in actions:
        return publishing.Verdict("refuse", findings)
    return publishing.Verdict("hold" if "hold" in actions else "accept", findings)
