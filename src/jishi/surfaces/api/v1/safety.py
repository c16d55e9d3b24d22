"""Reporting, decisions about one's own content, appeals; and for moderators the queue and the decision.

The domain checks who moderates: operators everywhere, moderators of a community about its posts.
"""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import safety as shapes
from jishi.surfaces.api.v1.schemas import trade as trade_shapes
from jishi.trust.moderation import operations as moderation
from jishi.trust.moderation import queries

router = Router(tags=["safety"])
NARROW = Query("", max_length=16)


@router.post("/reports", response={201: shapes.Reported})
def report(request: HttpRequest, body: shapes.ReportIn) -> HttpResponse:
    """Report something I can see. Needs an Idempotency-Key; one open report per thing and person."""
    person_id = answers.person(request)

    def effect() -> shapes.Reported:
        made = moderation.report(
            reporter_id=person_id, kind=body.kind, code=body.code, reason=body.reason, text=body.text
        )
        return shapes.Reported(made.code, made.is_new)

    return answers.once(request, body.dict(), effect)


@router.get("/me/reports", response=shapes.Reports)
def list_reports(request: HttpRequest, cursor: str | None = None) -> HttpResponse:
    """What I reported, and what came of it."""
    page = queries.page_reports(reporter_id=answers.person(request), cursor=cursor)
    return answers.reply(shapes.Reports([shapes.report(one) for one in page.items], page.next_cursor))


@router.get("/me/decisions", response=shapes.Decisions)
def list_decisions(request: HttpRequest, cursor: str | None = None) -> HttpResponse:
    """What was decided about my content, or waits to be."""
    page = queries.page_decisions(author_id=answers.person(request), cursor=cursor)
    return answers.reply(shapes.Decisions([shapes.decision(one) for one in page.items], page.next_cursor))


@router.get("/me/decisions/{code}", response=shapes.Decision)
def get_decision(request: HttpRequest, code: str) -> HttpResponse:
    """One decision about my content, with its reason."""
    found = queries.get_decision(code, author_id=answers.person(request))
    return answers.reply(shapes.decision(found))


@router.post("/me/decisions/{code}/appeal", response=shapes.Decision)
def appeal(request: HttpRequest, code: str, body: shapes.AppealIn) -> HttpResponse:
    """Ask somebody else to look at a decision, once. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> shapes.Decision:
        moderation.appeal(author_id=person_id, case_code=code, text=body.text)
        return shapes.decision(queries.get_decision(code, author_id=person_id))

    return answers.once(request, body.dict(), effect, status=200)


@router.get("/moderation/cases", response=shapes.Cases)
def list_cases(
    request: HttpRequest,
    state: str = NARROW,
    kind: str = NARROW,
    reason: str = NARROW,
    community: str = Query("", max_length=60),
    cursor: str | None = None,
) -> HttpResponse:
    """What waits, or cases in a state; for operators, and with `community` for its moderators."""
    page = queries.page_cases(
        viewer_id=answers.person(request),
        state=state,
        kind=kind,
        reason=reason,
        community=community,
        cursor=cursor,
    )
    return answers.reply(shapes.Cases([shapes.case(one) for one in page.items], page.next_cursor))


@router.get("/moderation/cases/{code}", response=shapes.CasePage)
def get_case(request: HttpRequest, code: str) -> HttpResponse:
    """A case with its reports and its history."""
    return answers.reply(_case(request, code))


@router.put("/moderation/cases/{code}/claim", response=shapes.CasePage)
def claim(request: HttpRequest, code: str) -> HttpResponse:
    """Take a case for a quarter of an hour; again prolongs it."""
    moderation.claim(moderator_id=answers.person(request), case_code=code)
    return answers.reply(_case(request, code))


@router.delete("/moderation/cases/{code}/claim", response=trade_shapes.Done)
def release(request: HttpRequest, code: str) -> HttpResponse:
    """Give it back."""
    queries.get_case(code, viewer_id=answers.person(request))
    moderation.release(moderator_id=answers.person(request), case_code=code)
    return answers.reply(trade_shapes.Done())


@router.post("/moderation/cases/{code}/decision", response=shapes.CaseState)
def decide(request: HttpRequest, code: str, body: shapes.DecisionIn) -> HttpResponse:
    """Decide a case. Needs an Idempotency-Key; what weighs most is only proposed to a second moderator."""
    person_id = answers.person(request)

    def effect() -> shapes.CaseState:
        state = moderation.decide(
            moderator_id=person_id, case_code=code, action=body.action, reason=body.reason, note=body.note
        )
        return shapes.CaseState(code, state)

    return answers.once(request, body.dict(), effect, status=200)


@router.post("/moderation/cases/{code}/appeal", response=shapes.CaseState)
def decide_appeal(request: HttpRequest, code: str, body: shapes.OutcomeIn) -> HttpResponse:
    """Uphold a decision that was appealed, or take it back. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> shapes.CaseState:
        moderation.decide_appeal(moderator_id=person_id, case_code=code, outcome=body.outcome, note=body.note)
        return shapes.CaseState(code, queries.get_case(code, viewer_id=person_id).card.state)

    return answers.once(request, body.dict(), effect, status=200)


def _case(request: HttpRequest, code: str) -> shapes.CasePage:
    person_id = answers.person(request)
    return shapes.case_page(queries.get_case(code, viewer_id=person_id), viewer_id=person_id)
