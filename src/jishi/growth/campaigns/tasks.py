"""What the wiring plugs in: due work, the heavy reading, what can be given, figures for guardrails."""

from collections.abc import Callable
from datetime import datetime

from jishi.goods.catalog import queries as catalog
from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns import ports
from jishi.growth.onboarding import ports as first_steps
from jishi.insight.experiments import ports as experiments
from jishi.kernel import clock, heavy, sweeps
from jishi.kernel.errors import N_
from jishi.promotions.flash_sales import operations as flash_sales
from jishi.promotions.flash_sales import queries as flash_queries
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries import queries as lottery_queries

OBJECTIONS = "SELECT person_id, at, 1::float8 AS value FROM campaigns_objection"
PROMOTIONS = (
    "SELECT e.person_id, f.at, 1::float8 AS value FROM campaigns_effect f"
    " JOIN campaigns_enrolment e ON e.id = f.enrolment_id"
    " WHERE (f.kind, f.outcome) IN (('send', 'sent'), ('place', 'placed'))"
)


def register() -> None:
    """Sweeps of the worker."""
    sweeps.register("campaigns.enrol", campaigns.enrol_due, every_s=2)
    sweeps.register("campaigns.watch", campaigns.watch_due, every_s=60)
    sweeps.register("campaigns.run", campaigns.run_due, every_s=1)
    sweeps.register("campaigns.guard", campaigns.guard_due, every_s=60)
    sweeps.register("campaigns.end", campaigns.end_due, every_s=30)


def register_heavy() -> None:
    """Readings are on the line of the experiments': they wait for each other and never for ingest."""
    heavy.register("campaigns.evaluate", campaigns.evaluate_due, every_s=60, line="runs")


def connect() -> None:
    """What a journey can give today, and the figure of those who object."""
    ports.register_grant(
        ports.Grant("lottery_entry", N_("A free entry in a lottery"), _enter_lottery, _open_lotteries)
    )
    ports.register_grant(
        ports.Grant("flash_reminder", N_("A reminder before a flash sale"), _remind, _flash_items)
    )
    first_steps.connect_gifts(first_steps.Gifts(_gift_kinds, _give_gift))
    experiments.register_source(experiments.Source("objections", OBJECTIONS))
    experiments.register_source(experiments.Source("promotions", PROMOTIONS))


def _gift_kinds() -> dict[str, tuple[str, Callable[[], tuple[tuple[str, str], ...]]]]:
    return {one.kind: (one.name, one.choices) for one in ports.grants().values()}


def _give_gift(*, kind: str, key: str, person_id: int, natural_key: str, at: datetime) -> None:
    """What a journey can give, first steps can give, too."""
    ports.grants()[kind].give(key=key, person_id=person_id, natural_key=natural_key, at=at)


def _enter_lottery(*, key: str, person_id: int, natural_key: str, at: datetime) -> None:
    lotteries.enter(lottery_code=key, person_id=person_id, at=at)


def _open_lotteries() -> tuple[tuple[str, str], ...]:
    found = lottery_queries.list_open(at=clock.now())
    return tuple((one.code, one.title) for one in found if one.entry_mode == "free")


def _remind(*, key: str, person_id: int, natural_key: str, at: datetime) -> None:
    flash_sales.remind(item_code=key, person_id=person_id, at=at)


def _flash_items() -> tuple[tuple[str, str], ...]:
    now = clock.now()
    slots = [one for one in flash_queries.list_slots(language="zh-hans", at=now) if one.starts_at > now]
    items = [
        (slot, item)
        for slot in slots[:3]
        for item in flash_queries.list_of_slot(slot.code, language="zh-hans", at=now)
    ]
    cards = catalog.list_cards([item.product_id for _, item in items], language="zh-hans")
    return tuple(
        (item.code, f"{slot.title}: {cards[item.product_id].title}")
        for slot, item in items
        if item.product_id in cards
    )
