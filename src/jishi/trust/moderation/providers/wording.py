"""What moderation says about the wording of a planned piece, without remembering that it was asked."""

from collections.abc import Sequence

from django.conf import settings

from jishi.growth.publishing.contracts import Finding, Level
from jishi.kernel import policy
from jishi.trust.moderation import lint

LEVELS = {"refuse": Level.STOP, "hold": Level.LOOK, "accept": Level.LOOK}


class PieceWording:
    """The word lists of the rule pack, and links whose words hide where they lead."""

    def judge(self, text: str, *, language: str) -> Sequence[Finding]:
        """What a post with these words would be told."""
        remarks = [
            *lint.check_words(text, lint.words_of(policy.pack().rules)),
            *lint.check_links(text, (), own_host=lint.host_of(settings.JISHI_BASE_URL), is_new=False),
        ]
        return [Finding("wording", LEVELS[one.action], one.message, dict(one.params)) for one in remarks]
