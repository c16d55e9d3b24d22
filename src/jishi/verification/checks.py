"""The form of a check: two SQL statements over the tables as they are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """``population`` counts what is looked at; ``broken`` yields (subject, problem) of what is wrong."""

    id: str
    title: str
    population: str
    broken: str
