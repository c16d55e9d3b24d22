"""The form in which mechanics declare themselves: a list of clauses, each a rule that an offer may have.

A clause keeps together what belongs together: its settings, what they amount to in the engine's words, what
shoppers are told, and which choices contradict each other. Mechanics share clauses; a mechanic that lists one
has all of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from jishi.promotions.plays.contracts import Phrase
from jishi.promotions.plays.rules.params import Param, Params
from jishi.promotions.plays.rules.rallies import RallyRules
from jishi.promotions.plays.rules.terms import Crowd, Terms, Verdict

BLANK = Terms(size=1, hours=1)
"""What an offer amounts to before its clauses have spoken."""


def _same(terms: Terms, params: Params) -> Terms:
    return terms


def _silent(params: Params) -> Iterator[Phrase]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule as an offer may have it.

    `terms(terms, params)` adds what the settings amount to; clauses speak in the order of their mechanic.
    `say(params)` tells shoppers the rule, `problems(params)` names settings that contradict each other: both
    see all settings of the offer. `pack_rules` maps those the law of a place may forbid to their path in the
    rule pack.
    """

    params: tuple[Param, ...]
    terms: Callable[[Terms, Params], Terms] = _same
    say: Callable[[Params], Iterator[Phrase]] = _silent
    problems: Callable[[Params], Iterator[Phrase]] = _silent
    pack_rules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mechanic:
    """A way of playing together, as data. Write one per file under `mechanics/`.

    `decide(terms, crowd, is_over)` is asked under the team's lock after every paid seat and at the deadline.
    `preview(params, prices, currency)` tells the merchant what the offer means, from pairs of (price alone,
    team price). `rally` makes it a mechanic in which one person gathers helpers, who buy nothing;
    `allows_free` lets its lowest price be zero.
    """

    code: str
    title: str
    summary: str
    clauses: tuple[Clause, ...]
    decide: Callable[[Terms, Crowd, bool], Verdict]
    preview: Callable[[Params, Sequence[tuple[int, int]], str], tuple[Phrase, ...]]
    explanation: str
    rally: RallyRules | None = None
    allows_free: bool = False

    @property
    def params(self) -> tuple[Param, ...]:
        """Every setting, in the order of the form."""
        return tuple(chain.from_iterable(clause.params for clause in self.clauses))

    @property
    def pack_rules(self) -> dict[str, str]:
        """The settings that the law of a place may forbid, with their path in the rule pack."""
        return {name: path for clause in self.clauses for name, path in clause.pack_rules.items()}

    def terms(self, params: Params) -> Terms:
        """Return what the settings of an offer amount to."""
        terms = BLANK
        for clause in self.clauses:
            terms = clause.terms(terms, params)
        return terms

    def say(self, params: Params) -> tuple[Phrase, ...]:
        """Return the rules of an offer for shoppers."""
        return tuple(chain.from_iterable(clause.say(params) for clause in self.clauses))

    def problems(self, params: Params) -> tuple[Phrase, ...]:
        """Return which settings contradict each other; an offer with problems is not published."""
        return tuple(chain.from_iterable(clause.problems(params) for clause in self.clauses))
