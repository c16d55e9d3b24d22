"""What moderation says about words that the house or a shop is about to show, without remembering it."""

from collections.abc import Sequence

from django.conf import settings

from jishi.kernel import policy
from jishi.kernel.wording import Remark, Weight
from jishi.trust.moderation import lint

WEIGHTS = {"refuse": Weight.STOP, "hold": Weight.LOOK, "accept": Weight.LOOK}


class HouseWording:
    """The word lists of the rule pack, and links whose words hide where they lead."""

    def judge(self, text: str) -> Sequence[Remark]:
        """What speaks against it, with every word named."""
        remarks = [
            *lint.check_house(text, lint.words_of(policy.pack().rules)),
            *lint.check_links(text, (), own_host=lint.host_of(settings.JISHI_BASE_URL), is_new=False),
        ]
        return [Remark(WEIGHTS[one.action], one.message, dict(one.params)) for one in remarks]
