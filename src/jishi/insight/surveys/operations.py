"""Making surveys, asking, answering once, putting answers without names away in bundles, forgetting.

An answer locks the survey's row: one at a time per survey, so that closing, freezing a version and filling
the box never cross.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from jishi.insight.surveys import queries, rules, templates
from jishi.insight.surveys.contracts import LEAST_SHOWN, Question, SurveyDraft, SurveyKind, SurveyState, Taker
from jishi.insight.surveys.errors import (
    AnsweredAlready,
    AnswerInvalid,
    NotAsked,
    SignInToAnswer,
    SurveyClosed,
    SurveyInvalid,
    SurveyNotFound,
    SurveyStarted,
)
from jishi.insight.surveys.events import SurveyAnswered
from jishi.insight.surveys.models import Answer, Box, Invitation, Part, Survey, Version
from jishi.kernel import clock, limits, outbox
from jishi.people.notifications import operations as notifications

BATCH = 200
FIELDS = (
    "title", "intro", "thanks", "trigger", "page", "delay_h", "audience_kind", "audience_key",
    "is_anonymous", "allows_visitors", "closes_at",
)  # fmt: skip


def create(
    *,
    kind: str,
    draft: SurveyDraft | None = None,
    questions: Sequence[Question] | None = None,
    owner_id: int | None,
    at: datetime | None = None,
) -> str:
    """Make a draft, from the template of its kind where nothing else is given; returns its code.

    :raises SurveyInvalid: an unknown kind, or something that cannot be.
    """
    moment = clock.at_or_now(at)
    if kind not in tuple(SurveyKind):
        raise SurveyInvalid(field="kind")
    wanted = _checked(draft or templates.draft(kind), moment)
    asked = tuple(questions or templates.questions(kind))
    if field := rules.question_fault(kind, asked):
        raise SurveyInvalid(field=field)
    with transaction.atomic():
        row = Survey.objects.create(
            kind=kind,
            owner_id=owner_id,
            created_at=moment,
            **{name: getattr(wanted, name) for name in FIELDS},
        )
        Version.objects.create(survey=row, number=1, questions=rules.to_rows(asked), created_at=moment)
    return row.code


def edit(*, code: str, draft: SurveyDraft, at: datetime | None = None) -> None:
    """Change what is asked of whom.

    :raises SurveyNotFound: there is none.
    :raises SurveyInvalid: something cannot be.
    :raises SurveyStarted: there are answers, and whether they have names would change.
    """
    wanted = _checked(draft, clock.at_or_now(at))
    with transaction.atomic():
        row = _locked(code)
        if row.answer_count and wanted.is_anonymous != row.is_anonymous:
            raise SurveyStarted
        for name in FIELDS:
            setattr(row, name, getattr(wanted, name))
        row.save(update_fields=FIELDS)


def ask(*, code: str, questions: Sequence[Question], at: datetime | None = None) -> int:
    """Put other questions; a version that was answered stays, and a new one begins. Returns its number.

    :raises SurveyNotFound: there is none.
    :raises SurveyInvalid: a question cannot be.
    """
    with transaction.atomic():
        row = _locked(code)
        if field := rules.question_fault(row.kind, questions):
            raise SurveyInvalid(field=field)
        current = Version.objects.get(survey=row, number=row.version)
        wanted = rules.to_rows(questions)
        if current.questions == wanted:
            return row.version
        if not current.is_frozen:
            Version.objects.filter(pk=current.pk).update(questions=wanted)
            return row.version
        number = row.version + 1
        Version.objects.create(survey=row, number=number, questions=wanted, created_at=clock.at_or_now(at))
        Survey.objects.filter(pk=row.pk).update(version=number)
        return number


def launch(*, code: str, at: datetime | None = None) -> None:
    """Begin to ask, or go on asking; again changes nothing.

    :raises SurveyNotFound: there is none.
    :raises SurveyInvalid: its end has passed.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(code)
        if row.closes_at is not None and row.closes_at <= moment:
            raise SurveyInvalid(field="closes_at")
        if row.state != SurveyState.OPEN:
            Survey.objects.filter(pk=row.pk).update(
                state=SurveyState.OPEN, opened_at=row.opened_at or moment, closed_at=None
            )


def close(*, code: str, at: datetime | None = None) -> None:
    """End the asking; again changes nothing.

    :raises SurveyNotFound: there is none.
    """
    with transaction.atomic():
        _close(_locked(code), clock.at_or_now(at))


def close_due(at: datetime) -> int:
    """Close what has reached its end; returns how many."""
    with transaction.atomic():
        due = Survey.objects.select_for_update(skip_locked=True).filter(
            state=SurveyState.OPEN, closes_at__lte=at
        )
        rows = list(due.order_by("pk")[:BATCH])
        for row in rows:
            _close(row, at)
    return len(rows)


def discard(*, code: str) -> None:
    """Take a draft away.

    :raises SurveyNotFound: there is none.
    :raises SurveyStarted: it was opened already.
    """
    with transaction.atomic():
        row = _locked(code)
        if row.state != SurveyState.DRAFT or row.answer_count:
            raise SurveyStarted
        row.delete()


def copy(*, code: str, owner_id: int | None, at: datetime | None = None) -> str:
    """Make a draft with the same questions and settings; returns its code.

    :raises SurveyNotFound: there is none.
    """
    found = queries.get_survey(code)
    with transaction.atomic():
        made = create(kind=found.kind, questions=found.questions, owner_id=owner_id, at=at)
        moment = clock.at_or_now(at)
        values = {name: getattr(found.draft, name) for name in FIELDS}
        if found.draft.closes_at is not None and found.draft.closes_at <= moment:
            values["closes_at"] = None
        Survey.objects.filter(code=made).update(**values)
    return made


def answer(
    *,
    code: str,
    taker: Taker,
    given: Mapping[str, Sequence[str]],
    language: str = "",
    at: datetime | None = None,
) -> None:
    """Take one answer of somebody; it stands.

    :raises SurveyNotFound: there is none, or it is a draft.
    :raises SurveyClosed: nothing is asked any more.
    :raises SignInToAnswer: it takes one answer per account.
    :raises NotAsked: it asks other people.
    :raises AnsweredAlready: one answer per person and survey.
    :raises AnswerInvalid: a question on the way lacks a good answer.
    :raises RateLimited: too many answers in a short time.
    """
    moment = clock.at_or_now(at)
    if taker.person_id is None and not taker.visitor:
        raise SignInToAnswer
    limits.hit(bucket="surveys.answer", key=queries.taker_key(taker), limit=30, window_s=600)
    try:
        with transaction.atomic():
            row = _locked(code)
            _must_ask(row, taker, moment)
            version = Version.objects.get(survey=row, number=row.version)
            answers, missing = rules.settle(rules.from_rows(version.questions), given)
            if missing:
                raise AnswerInvalid(question=missing)
            Part.objects.create(survey=row, taker=queries.taker_key(taker), person_id=taker.person_id)
            if not version.is_frozen:
                Version.objects.filter(pk=version.pk).update(is_frozen=True)
            Survey.objects.filter(pk=row.pk).update(answer_count=F("answer_count") + 1)
            entry = {
                "values": rules.to_stored(answers),
                "language": "" if row.is_anonymous else language[:8],
                "is_visitor": taker.person_id is None,
            }
            if row.is_anonymous:
                _put_in_box(version, entry, moment)
            else:
                _write_named(row, version, entry, taker, moment)
    except IntegrityError:
        raise AnsweredAlready from None


def plan_receipt(*, person_id: int, order_code: str, at: datetime | None = None) -> int:
    """Plan to ask a buyer who has the goods; returns by how many surveys. Once per person and survey."""
    moment = clock.at_or_now(at)
    taker = queries.taker_key(Taker(person_id))
    rows = Survey.objects.filter(state=SurveyState.OPEN, trigger="receipt").exclude(
        pk__in=Part.objects.filter(taker=taker).values("survey_id")
    )
    wanted = [
        Invitation(
            survey=row,
            taker=taker,
            person_id=person_id,
            order_code=order_code,
            due_at=moment + rules.hours(row.delay_h),
        )
        for row in rows
    ]
    return len(Invitation.objects.bulk_create(wanted, ignore_conflicts=True))


def tell_due(at: datetime) -> int:
    """Tell people whose time to be asked has come; returns how many rows were looked at."""
    with transaction.atomic():
        due = Invitation.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            told_at__isnull=True, due_at__lte=at, person__isnull=False
        )
        rows = list(due.select_related("survey").order_by("due_at", "pk")[:BATCH])
        for row in rows:
            _tell(row, at)
    return len(rows)


def note_shown(*, code: str, taker: Taker, at: datetime | None = None) -> None:
    """Remember that the survey came up before somebody."""
    _mark(code, taker, "shown_at", clock.at_or_now(at))


def put_off(*, code: str, taker: Taker, at: datetime | None = None) -> None:
    """Remember that somebody said "not now": it does not come up again for a month.

    :raises SurveyNotFound: there is none.
    """
    _mark(code, taker, "dismissed_at", clock.at_or_now(at))


def forget(*, person_id: int) -> None:
    """Take names and words out of a person's answers; their choices stay as numbers of nobody."""
    with transaction.atomic():
        mine = Answer.objects.select_for_update(of=("self",)).filter(person_id=person_id)
        for row in mine.select_related("version").order_by("pk"):
            asked = {one.key: one for one in rules.from_rows(row.version.questions)}
            row.values = {
                key: value for key, value in row.values.items() if key in asked and asked[key].form != "text"
            }
            row.person_id = None
            row.save(update_fields=["values", "person"])
        Part.objects.filter(person_id=person_id).delete()
        Invitation.objects.filter(person_id=person_id).delete()
        Survey.objects.filter(owner_id=person_id).update(owner=None)


def _checked(draft: SurveyDraft, at: datetime) -> SurveyDraft:
    wanted = rules.tidy(draft)
    if field := rules.fault(wanted, at):
        raise SurveyInvalid(field=field)
    return wanted


def _locked(code: str) -> Survey:
    row = Survey.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise SurveyNotFound
    return row


def _must_ask(row: Survey, taker: Taker, at: datetime) -> None:
    if row.state == SurveyState.DRAFT:
        raise SurveyNotFound
    if row.state == SurveyState.CLOSED or (row.closes_at is not None and row.closes_at <= at):
        raise SurveyClosed
    if taker.person_id is None and not row.allows_visitors:
        raise SignInToAnswer
    if not queries.is_for(row, taker):
        raise NotAsked


def _write_named(row: Survey, version: Version, entry: dict[str, Any], taker: Taker, at: datetime) -> None:
    saved = Answer.objects.create(version=version, person_id=taker.person_id, on_day=at.date(), **entry)
    outbox.publish(
        SurveyAnswered(
            code=row.code,
            answer_code=saved.code,
            kind=row.kind,
            person_id=taker.person_id,
            visitor="" if taker.person_id is not None else taker.visitor,
            score=rules.score_of(row.kind, rules.from_stored(entry["values"])),
            at=at,
        )
    )


def _put_in_box(version: Version, entry: dict[str, Any], at: datetime) -> None:
    """Lay an answer without a name to the others that wait; enough of them leave together."""
    box, _ = Box.objects.select_for_update().get_or_create(version=version)
    box.bundle = rules.shuffled([*box.bundle, entry])
    if len(box.bundle) >= LEAST_SHOWN:
        _write_bundle(version, box.bundle, at)
        box.bundle = []
    box.save(update_fields=["bundle"])


def _write_bundle(version: Version, bundle: Sequence[Mapping[str, Any]], at: datetime) -> None:
    Answer.objects.bulk_create(Answer(version=version, on_day=at.date(), **entry) for entry in bundle)


def _close(row: Survey, at: datetime) -> None:
    if row.state == SurveyState.OPEN:
        Survey.objects.filter(pk=row.pk).update(state=SurveyState.CLOSED, closed_at=at)
    for box in Box.objects.select_for_update().filter(version__survey=row).select_related("version"):
        if box.bundle:
            _empty(box, at)


def _empty(box: Box, at: datetime) -> None:
    """The last few answers join those of the newest day, and all of them are written anew together.

    Without others to join they stay in the box and are never shown.
    """
    old = Answer.objects.filter(version=box.version)
    newest = old.aggregate(day=Max("on_day"))["day"]
    if newest is None:
        return
    others = list(old.filter(on_day=newest).values("values", "language", "is_visitor"))
    old.filter(on_day=newest).delete()
    _write_bundle(box.version, rules.shuffled([*others, *box.bundle]), at)
    box.bundle = []
    box.save(update_fields=["bundle"])


def _tell(row: Invitation, at: datetime) -> None:
    taker = Taker(row.person_id)
    Invitation.objects.filter(pk=row.pk).update(told_at=at)
    is_open = row.survey.state == SurveyState.OPEN
    if not is_open or not queries.is_for(row.survey, taker) or queries.has_taken(row.survey.code, taker):
        return
    notifications.notify(
        person_id=taker.person_id or 0,
        kind="survey_invited",
        params={},
        url=f"/surveys/{row.survey.code}/",
        natural_key=f"surveys:invited:{row.survey.code}:{row.person_id}",
        at=at,
    )


def _mark(code: str, taker: Taker, field: str, at: datetime) -> None:
    survey = Survey.objects.filter(code=code).only("pk").first()
    if survey is None:
        raise SurveyNotFound
    Invitation.objects.update_or_create(
        survey=survey,
        taker=queries.taker_key(taker),
        defaults={field: at},
        create_defaults={field: at, "person_id": taker.person_id},
    )
