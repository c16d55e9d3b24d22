"""Reports, decisions about one's own content, and the moderators' cases as the API shows and takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.surfaces.api.v1.schemas import people
from jishi.trust.moderation.contracts import CaseCard, CaseView, ReportView
from jishi.trust.moderation.contracts import Decision as DecisionView

Words = Annotated[str, Field(max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=16)]


class ReportIn(Schema):
    """What is wrong with something: its kind (note, review …), its code, a reason and a few words."""

    model_config = ConfigDict(extra="forbid")

    kind: Name
    code: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Name
    text: Words = ""


class AppealIn(Schema):
    """Why a decision is wrong."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=500)]


class DecisionIn(Schema):
    """What a moderator decides: one of the case's `actions`, with a reason unless it is approved."""

    model_config = ConfigDict(extra="forbid")

    action: Name
    reason: Annotated[str, Field(max_length=16)] = ""
    note: Words = ""


class OutcomeIn(Schema):
    """What the second look leads to: upheld or overturned."""

    model_config = ConfigDict(extra="forbid")

    outcome: Name
    note: Words = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report of mine; `state` is open, upheld or dismissed."""

    code: str
    kind: str
    object_code: str
    reason: str
    text: str
    state: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reports:
    """A page of reports; pass ``next_cursor`` back to go on."""

    items: list[Report]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Reported:
    """The code of a report; `is_new` is false where an earlier one still waits."""

    code: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about something of mine, and why; it names nobody."""

    case_code: str
    kind: str
    object_code: str
    excerpt: str
    state: str
    action: str
    reason: str
    note: str
    decided_at: datetime | None
    is_hidden: bool
    may_appeal: bool
    appeal_text: str
    appealed_at: datetime | None
    appeal_outcome: str
    appeal_note: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """A page of decisions; pass ``next_cursor`` back to go on."""

    items: list[Decision]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A case as the moderators' queue lists it."""

    code: str
    kind: str
    object_code: str
    state: str
    source: str
    community: str
    excerpt: str
    reasons: list[str]
    report_count: int
    is_hidden: bool
    author: people.Person | None
    claimed_by: people.Person | None
    opened_at: datetime
    proposed: str


@dataclass(frozen=True, slots=True)
class Cases:
    """A page of the queue; pass ``next_cursor`` back to go on."""

    items: list[Case]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class CaseReport:
    """What one reporter said."""

    reporter: people.Person | None
    reason: str
    text: str
    is_trusted: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One step in the life of a case."""

    act: str
    actor: people.Person | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with everything a moderator needs; `actions` is what may be decided."""

    case: Case
    snapshot: str
    now: str
    decision: Decision
    reports: list[CaseReport]
    steps: list[CaseStep]
    author_decided: int
    author_against: int
    author_is_suspended: bool
    actions: list[str]
    is_mine: bool


@dataclass(frozen=True, slots=True)
class CaseState:
    """Where a case is now."""

    code: str
    state: str


def report(view: ReportView) -> Report:
    """A report for the outside."""
    return Report(
        view.code,
        view.kind,
        view.object_code,
        view.reason,
        view.text,
        view.state,
        view.created_at,
        view.closed_at,
    )


def decision(view: DecisionView) -> Decision:
    """A decision for the outside."""
    return Decision(
        case_code=view.case_code,
        kind=view.kind,
        object_code=view.object_code,
        excerpt=view.excerpt,
        state=view.state,
        action=view.action,
        reason=view.reason,
        note=view.note,
        decided_at=view.decided_at,
        is_hidden=view.is_hidden,
        may_appeal=view.may_appeal,
        appeal_text=view.appeal_text,
        appealed_at=view.appealed_at,
        appeal_outcome=view.appeal_outcome,
        appeal_note=view.appeal_note,
    )


def case(card: CaseCard) -> Case:
    """A case of the queue for the outside."""
    return Case(
        code=card.code,
        kind=card.kind,
        object_code=card.object_code,
        state=card.state,
        source=card.source,
        community=card.community,
        excerpt=card.excerpt,
        reasons=list(card.reasons),
        report_count=card.report_count,
        is_hidden=card.is_hidden,
        author=people.person(card.author) if card.author else None,
        claimed_by=people.person(card.claimed_by) if card.claimed_by else None,
        opened_at=card.opened_at,
        proposed=card.proposed,
    )


def case_page(view: CaseView, *, viewer_id: int) -> CasePage:
    """A case for its moderator."""
    return CasePage(
        case=case(view.card),
        snapshot=view.snapshot,
        now="\n".join(part for part in (view.subject.title, view.subject.text) if part)
        if view.subject
        else "",
        decision=decision(view.decision),
        reports=[
            CaseReport(
                people.person(one.reporter) if one.reporter else None,
                one.reason,
                one.text,
                one.is_trusted,
                one.created_at,
            )
            for one in view.reports
        ],
        steps=[
            CaseStep(one.act, people.person(one.actor) if one.actor else None, one.at) for one in view.log
        ],
        author_decided=view.record.decided,
        author_against=view.record.against,
        author_is_suspended=view.record.is_suspended,
        actions=list(view.actions),
        is_mine=view.claimed_by_id == viewer_id,
    )
