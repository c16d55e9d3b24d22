"""Who may open what: every address of the operator console, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import pytest
from django.urls import URLPattern, reverse
from tests.factories import consoles, jotted, rounds
from tests.growth.publishing import kit as planner
from tests.insight.experiments import kit

from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns.contracts import Draft as CampaignDraft
from jishi.growth.listening import operations as listening
from jishi.growth.merchandising import operations as merchandising
from jishi.growth.merchandising.contracts import LandingDraft, PlacementDraft
from jishi.growth.publishing import operations as content
from jishi.growth.publishing.contracts import ChannelDraft, PieceDraft, VariantDraft
from jishi.growth.teamwork import operations as teamwork
from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments.contracts import SwitchDraft
from jishi.insight.metrics import operations as metrics
from jishi.insight.portraits import operations as portraits
from jishi.insight.reports import operations as reports
from jishi.insight.reports.contracts import ReportDraft
from jishi.insight.reports.models import Note
from jishi.insight.surveys import operations as surveys
from jishi.kernel import audit, clock
from jishi.people.accounts import queries as people
from jishi.promotions.flash_sales import operations as flash
from jishi.social.challenges import operations as challenges
from jishi.social.challenges.contracts import ChallengeDraft
from jishi.surfaces.ops import urls
from jishi.surfaces.ops.backoffice.site import site
from jishi.trust.moderation import operations as moderation

ONLY_POST = {
    "play_stop",
    "play_stop_lottery",
    "play_review",
    "events_replay",
    "events_replay_all",
    "insight_save",
    "insight_forget",
    "board_change",
    "survey_new",
    "audience_do",
    "audience_cluster",
    "survey_do",
    "experiment_do",
    "price_trial_do",
    "retry_refund",
    "payout_decide",
    "round_series_end",
    "retry_event",
    "settle_delivery",
    "verify_seal",
    "moderation_approve",
    "moderation_claim",
    "moderation_decide",
    "moderation_appeal",
    "aspects_save",
    "challenge_score",
    "challenge_call_off",
    "teamwork_assign",
    "teamwork_comment",
    "teamwork_do",
    "strategy_do",
    "feedback_do",
    "feedback_tell",
    "report_do",
}
LOOKED = (
    "orders.export",
    "metrics.export",
    "surveys.export",
    "landing.people",
    "onboarding.people",
    "campaigns.people",
    "campaigns.export",
    "experiments.export",
    "publishing.package",
    "surveys.people",
    "people.view",
    "people.list",
)
"""What is written down because somebody looked."""
REFUSED = {"shopper": 403, "other_staff": 403, "staff": 403}


CAMPAIGN_PAGES = ("edit", "steps", "parts", "preview", "sheet", "people", "result", "export", "team", "do")
CASES = ("moderation_case", "moderation_claim", "moderation_decide", "moderation_appeal")


@cache
def _case(number: int) -> str:
    return moderation.report(
        reporter_id=jotted.person(), kind="note", code=jotted.note(jotted.person()), reason="spam"
    ).case_code


def reported(world: consoles.World) -> str:
    """The code of a case, one per world."""
    return _case(id(world))


@cache
def _answer(number: int) -> str:
    code = metrics.ask(metric="trend", params={}, person_id=None)
    metrics.compute_due()
    return code


@cache
def _challenge(number: int) -> str:
    now = clock.now()
    draft = ChallengeDraft(
        topic="柿子",
        title=f"challenge {number}",
        rules="Write about it.",
        prize="A box",
        winner_count=1,
        method="vote",
        starts_at=now,
        ends_at=now + timedelta(days=1),
        judged_at=now + timedelta(days=2),
    )
    return challenges.open_challenge(host_id=jotted.person(is_operator=True), draft=draft)


def contested(world: consoles.World) -> str:
    """The code of a challenge, one per world."""
    return _challenge(id(world))


def answered(world: consoles.World) -> str:
    """The code of a computed question, one per world."""
    return _answer(id(world))


@cache
def _board(number: int) -> str:
    return metrics.save_board(name=f"board {number}", person_id=jotted.person())


@cache
def _experiment(number: int) -> str:
    return experiments.create(draft=kit.DRAFT, owner_id=None)


@cache
def _trial(number: int, shop_id: int, product_id: int) -> str:
    wish = SwitchDraft("n", "h", shop_id, (product_id,), 1_000, clock.now() + timedelta(days=3), block_h=12)
    return experiments.create_switchback(draft=wish, owner_id=None)


@cache
def _campaign(number: int) -> str:
    return campaigns.create(draft=CampaignDraft(name="campaign"), owner_id=None)


@cache
def _survey(number: int) -> str:
    return surveys.create(kind="nps", owner_id=None)


@cache
def _placed(number: int) -> str:
    words = {"zh-hans": "秋", "en": "Autumn"}
    return merchandising.draft(draft=PlacementDraft(slot="popup", title=words, url="/"), by=None)


@cache
def _landing(number: int) -> str:
    words = {"zh-hans": "秋", "en": "Autumn"}
    return merchandising.create_page(draft=LandingDraft(slug=f"page-{number}", title=words), by=None)


def asked(world: consoles.World) -> str:
    """The code of a survey, one per world."""
    return _survey(id(world))


OF_PIECES = (
    "content_piece",
    "content_edit",
    "content_do",
    "content_move",
    "content_check",
    "content_versions",
)


@cache
def _piece(number: int) -> str:
    by = jotted.person(is_operator=True)
    return content.create(draft=PieceDraft(title=f"piece {number}"), by=by)


@cache
def _channel(number: int) -> str:
    return content.open_channel(draft=ChannelDraft("weibo", f"{number}"[-40:]), by=planner.staff())


@cache
def _version(number: int) -> dict[str, object]:
    code, channel = _piece(number), _channel(number)
    draft = VariantDraft(text="柿子熟了")
    content.keep_variant(code=code, channel_code=channel, draft=draft, by=planner.staff())
    return {"code": code, "channel": channel}


@cache
def _asset(number: int) -> str:
    return planner.asset(planner.staff(), shade=number % 250)


@cache
def _segment(number: int) -> str:
    rule = {"field": "tag:orders", "op": "gte", "value": 1}
    return portraits.create_segment(name=f"segment {number}", rule=rule, owner_id=None)


@cache
def _report(number: int) -> tuple[str, str]:
    board = metrics.save_board(name=f"reported {number}", person_id=jotted.person())
    code = reports.save(draft=ReportDraft("weekly", board), by=None).code
    return code, reports.issue_now(code=code)


@cache
def _note(number: int) -> str:
    return Note.objects.create(
        kind="anomaly",
        subject="orders",
        unit="count",
        on=clock.now().date(),
        value=1,
        expected=9,
        low=5,
        high=15,
        score_milli=-4000,
        made_at=clock.now(),
    ).code


@cache
def _said(number: int) -> str:
    return listening.suggest(person_id=jotted.person(), text="更快一点", client_key="k")


@cache
def _task(number: int) -> str:
    return teamwork.assign(subject="segment:none", title=f"task {number}").code


def grouped(world: consoles.World) -> str:
    """The code of a segment, one per world."""
    return _segment(id(world))


@pytest.fixture
def world(db: None) -> consoles.World:
    return consoles.build()


OF_NOTHING = (
    "flash_decide",
    "flash_stop",
    "play_stop",
    "round_stop",
    "round_series_end",
    "payout_decide",
    "presale_stop",
    "contest_end",
    "leader_decide",
    "play_stop_lottery",
    "retry_refund",
    "insight_forget",
)
"""Deeds about something with a code; these tests call them with one that nothing has."""


def arguments(world: consoles.World, name: str) -> dict[str, object]:
    """What an address needs. One that is not known here fails: list it."""
    known: dict[str, dict[str, object]] = {
        **{name: {"code": "none"} for name in OF_NOTHING},
        "order": {"code": world.ready},
        "order_money": {"code": world.ready},
        "refund": {"code": world.ready},
        "team": {"code": world.team.code},
        "flash_slot": {"code": _flash(id(world))},
        "leader": {"code": rounds.leader()[0]},
        "settlements": {"shop_id": world.shop.id},
        "retry_event": {"event_id": 1},
        "settle_delivery": {"delivery_id": 1},
        "events_replay": {"letter_id": 1},
        "verify_seal": {"name": "audit"},
        "insight": {"kind": "funnel"},
        "insight_behind": {"code": "gmv"},
        "insight_table": {"code": answered(world)},
        **{
            name: {"code": asked(world)}
            for name in ("survey", "survey_edit", "survey_preview", "survey_do", "survey_export")
        },
        **{name: {"code": grouped(world)} for name in ("audience", "audience_edit", "audience_do")},
        **{
            name: {"kind": "stage", "key": "new"}
            for name in ("strategy_of", "strategy_do", "strategy_behind")
        },
        **{name: {"code": _report(id(world))[0]} for name in ("report", "report_edit", "report_do")},
        "report_issue": {"code": _report(id(world))[1]},
        "report_note": {"code": _note(id(world))},
        **{name: {"code": _said(id(world))} for name in ("feedback", "feedback_do", "feedback_tell")},
        **{name: {"code": _task(id(world))} for name in ("teamwork_task", "teamwork_do")},
        **{name: {"code": people.get_person(world.shopper.id).code} for name in ("person", "network_person")},
        "survey_behind": {"code": asked(world)},
        **{name: {"code": _placed(id(world))} for name in ("slot", "slot_edit", "slot_do")},
        **{name: {"code": _landing(id(world))} for name in ("landing", "landing_do", "landing_people")},
        "survey_texts": {"code": asked(world), "question": "words"},
        "aspects_save": {"slug": "none"},
        **{
            name: {"code": _experiment(id(world))}
            for name in ("experiment", "experiment_edit", "experiment_do", "experiment_export")
        },
        **{
            name: {"code": _trial(id(world), world.shop.id, world.party.scene.product_id)}
            for name in ("price_trial", "price_trial_do")
        },
        **{
            f"campaign{rest}": {"code": _campaign(id(world))}
            for rest in ("", *(f"_{page}" for page in CAMPAIGN_PAGES))
        },
        "challenge": {"code": contested(world)},
        "challenge_call_off": {"code": contested(world)},
        "challenge_score": {"code": contested(world), "entry_code": "none"},
        "board": {"code": _board(id(world))},
        "board_change": {"code": _board(id(world))},
        **{case: {"code": reported(world)} for case in CASES},
        **{name: {"code": _piece(id(world))} for name in OF_PIECES},
        **{name: {"code": _channel(id(world))} for name in ("content_channel", "content_figures")},
        **{name: _version(id(world)) for name in ("content_variant", "content_package")},
        "content_asset": {"code": _asset(id(world))},
    }
    return known.get(name, {})


ONLY_POST |= {"slot_do", "landing_do"}
ONLY_POST |= {"contest_end", "campaign_do"}
ONLY_POST |= {
    "flash_open",
    "flash_decide",
    "flash_stop",
    "round_stop",
    "round_series_end",
    "payout_decide",
    "leader_decide",
    "presale_stop",
}

ONLY_POST |= {"content_do", "content_move", "content_figures"}


@cache
def _flash(number: int) -> str:
    now = clock.now()
    return flash.open_slot(
        title={"en": "Noon"}, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2), by=None
    )


def addresses(world: consoles.World) -> Iterator[tuple[str, str]]:
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        name = str(pattern.name)
        yield name, reverse(f"ops:{name}", kwargs=arguments(world, name))


def test_acc_107_every_address_lets_operators_in_and_nobody_else(world: consoles.World) -> None:
    for name, url in addresses(world):
        for method in ("get", "post"):
            anonymous = getattr(world.client("anonymous"), method)(url)
            assert anonymous.status_code == 302, (method, url)
            assert anonymous.headers["Location"].startswith("/login/?next="), url
            for role, status in REFUSED.items():
                answer = getattr(world.client(role), method)(url)
                assert answer.status_code == status, (role, method, url)
                assert world.shipped not in answer.content.decode(), (role, url)
        answer = world.client("operator").get(url)
        assert answer.status_code == (405 if name in ONLY_POST else 200), url
    asked = {world.operator_id, world.shopper.id, world.staff_id, world.other_staff_id}
    acts = [e for e in audit.list_entries() if e.actor_id in asked]
    assert [e for e in acts if e.action not in LOOKED] == []


def test_acc_107_the_back_office_lets_operators_in_and_nobody_else(world: consoles.World) -> None:
    pages = [reverse("admin:index")]
    for model in site._registry:
        pages.append(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    for url in pages:
        for role in ("anonymous", *REFUSED):
            refused = world.client(role).get(url)
            assert refused.headers["Location"].startswith("/ops/admin/login/"), (role, url)
        assert world.client("operator").get(url).status_code == 200, url
    for role in REFUSED:
        assert world.client(role).get(pages[0], follow=True).status_code == 403, role


def test_acc_107_somebody_who_lost_the_role_is_out_at_once(world: consoles.World, django_user_model) -> None:  # type: ignore[no-untyped-def]
    client = world.client("operator")
    assert client.get("/ops/").status_code == 200

    django_user_model.objects.filter(pk=world.operator_id).update(is_operator=False)

    assert client.get("/ops/").status_code == 403
