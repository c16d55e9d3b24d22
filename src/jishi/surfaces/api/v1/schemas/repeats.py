"""Rounds that come again and gates, as a shop's staff see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field


class RepeatIn(Schema):
    """On which days of the week a round comes again; 0 is Monday."""

    model_config = ConfigDict(extra="forbid")

    days: Annotated[list[Annotated[int, Field(ge=0, le=6, strict=True)]], Field(min_length=1, max_length=7)]


@dataclass(frozen=True, slots=True)
class Series:
    """A round that comes again; `due_at` is when the next one opens, `round_code` the latest."""

    code: str
    title: str
    region: str
    round_code: str
    days: list[int]
    state: str
    due_at: datetime
    rounds: int


@dataclass(frozen=True, slots=True)
class AllSeries:
    """A shop's series, the newest first."""

    items: list[Series]


@dataclass(frozen=True, slots=True)
class Gate:
    """Limits before something; 0 is no limit, no audience is everybody. `taken` units went through."""

    kind: str
    code: str
    per_household: int
    per_person_day: int
    per_day: int
    audience_kind: str
    audience_key: str
    taken: int


@dataclass(frozen=True, slots=True)
class Gates:
    """A shop's gates, the newest first."""

    items: list[Gate]
