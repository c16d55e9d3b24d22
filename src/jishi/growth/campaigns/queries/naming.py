"""What messages may name, for whoever writes one."""

from collections.abc import Mapping, Sequence

from jishi.growth.campaigns import variables
from jishi.growth.campaigns.contracts import Draft, Step, VariableView
from jishi.growth.campaigns.rules import LANGUAGES


def list_variables(draft: Draft, before: Sequence[Step] = ()) -> tuple[VariableView, ...]:
    """What a message may name behind these steps of a campaign."""
    return tuple(
        VariableView(
            name=one.name,
            kind=str(one.kind),
            meaning=one.meaning,
            sample={language: variables.write(one.sample, language) for language in LANGUAGES},
            fallback=one.fallback,
            has_page=one.kind == variables.Kind.LINK,
        )
        for one in variables.provided(draft, before)
    )


def show_sample(step: Step) -> Mapping[str, str]:
    """A message as it would read with the samples, by language."""
    known = variables.samples()
    texts = step.params.get("text") or {}
    return {
        language: variables.fill(str(texts.get(language, "")), known, language=language)
        for language in LANGUAGES
    }
