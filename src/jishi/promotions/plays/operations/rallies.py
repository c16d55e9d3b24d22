"""One person gathers friends: starting a rally, helping it, and what a look at doubtful helps decides.

A help changes exactly one rally, under its lock, by a compare-and-set on what was gathered; the goal is never
passed and nobody counts twice. Helps take the rally's lock only, so that friends of one rally never wait for
those of another.
"""

from datetime import datetime, timedelta

from django.db import transaction

from jishi.goods.pricing import queries as price_queries
from jishi.kernel import clock, fairdraw, outbox
from jishi.kernel.errors import InvariantBroken
from jishi.people.accounts import queries as account_queries
from jishi.promotions.plays import queries, rules
from jishi.promotions.plays.contracts import HelpState, HelpView, RallyState
from jishi.promotions.plays.errors import (
    HelpNotFound,
    OfferEnded,
    OfferNotFound,
    OfferSoldOut,
    OwnRally,
    RallyOver,
)
from jishi.promotions.plays.events import RallyHelped, RallyStarted, RallyWon
from jishi.promotions.plays.models import Help, Offer, Rally
from jishi.promotions.plays.operations import admission, counts, locked, tallies
from jishi.promotions.plays.operations.locked import Gathering
from jishi.promotions.plays.operations.tallies import Want
from jishi.promotions.plays.rules import RallyTerms
from jishi.trade.orders import queries as order_queries

NEW_ACCOUNT = timedelta(hours=1)
"""An account is brand-new for this long; many of them in one rally are looked at."""


def start_rally(
    *,
    offer_code: str,
    variant_id: int,
    person_id: int,
    device: str = "",
    seed: str = "",
    at: datetime | None = None,
) -> str:
    """Begin a rally for one piece, or return the code of the one that is going on. Only a world that is to
    repeat itself gives a `seed`.

    :raises OfferNotFound: no such offer, or it does not gather friends, or does not cover the variant.
    :raises OfferNotStarted: / OfferEnded: nobody can begin now.
    :raises OfferMembersOnly: it is for an audience that the person is not in.
    :raises TooManyRallies: / SoldOutToday: / OfferSoldOut: / BudgetUsedUp: a limit is reached.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        offer = locked.offer_by_code(offer_code)
        kind = locked.rally_rules(offer)
        admission.check_audience(offer, person_id=person_id)
        admission.check_runs(offer, now)
        going = Rally.objects.filter(offer=offer, starter_id=person_id, state__in=rules.LIVE_RALLIES).first()
        if going is not None:
            return going.code
        terms = kind.terms(offer.params)
        floor, alone = _prices(offer, variant_id)
        goal = kind.goal(alone, floor, offer.params)
        first = rules.first_share(terms, goal)
        rally = Rally(
            offer=offer,
            starter_id=person_id,
            variant_id=variant_id,
            alone_minor=alone,
            floor_minor=floor,
            goal=goal,
            gained=first,
            helps_most=kind.most(goal - first, terms),
            seed=seed or fairdraw.new_seed(),
            device=device,
            counted_on=queries.shop_day(offer.shop_id, now),
            created_at=now,
            ends_at=rules.ends_at(now, hours=terms.hours, offer_ends=offer.ends_at),
        )
        rally.due_at = rally.ends_at
        _set_aside(offer, terms, rally)
        rally.save(force_insert=True)
        if first:
            Help.objects.create(
                rally=rally,
                offer=offer,
                person_id=person_id,
                position=0,
                amount=first,
                is_first=True,
                device=device,
                at=now,
            )
        play = Gathering(offer, rally, kind, terms)
        outbox.publish(RallyStarted(**play.facts(), at=now, ends_at=rally.ends_at))
    return rally.code


def help_rally(
    *,
    rally_code: str,
    person_id: int,
    device: str = "",
    network: str = "",
    at: datetime | None = None,
) -> HelpView:
    """Help somebody, once. A doubtful help is kept until somebody has looked at it; it is not lost.

    :raises RallyNotFound: there is none.
    :raises OwnRally: one cannot help oneself.
    :raises OfferMembersOnly: it is for an audience that the person is not in.
    :raises RallyOver: / OfferSoldOut: no help is needed any more.
    :raises HelpedAlready: / HelpsUsedUp: / HelpsUsedUpToday: the person has helped enough.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        play = locked.gathering(rally_code)
        rally, terms = play.rally, play.terms
        if rally.starter_id == person_id:
            raise OwnRally
        known = Help.objects.filter(rally=rally, person_id=person_id).first()
        if known is not None:
            return _view(known)
        admission.check_audience(play.offer, person_id=person_id)
        if rally.state != RallyState.OPEN or now >= rally.ends_at:
            raise RallyOver(rally=rally.code)
        if not rally.has_unit and not terms.sets_aside:
            _check_units(play.offer)
        tallies.claim(rally.offer_id, _wants(terms, person_id, queries.shop_day(play.offer.shop_id, now)))
        given = Help(
            rally=rally,
            offer_id=rally.offer_id,
            person_id=person_id,
            is_newcomer=not order_queries.has_paid_before(person_id),
            once_per_offer=terms.once_per_offer,
            device=device,
            network=network,
            at=now,
        )
        given.signals = list(_signals(play, given, now))
        if given.signals:
            _keep(play, given)
        else:
            _count(play, given, at=now)
        return _view(given)


def review_help(*, help_id: int, by: int, counts_now: bool, at: datetime | None = None) -> HelpView:
    """Decide about a help that was kept: it counts, if the rally still needs it, or it gives nothing.

    :raises HelpNotFound: there is none, or it was decided about.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        code = Help.objects.filter(pk=help_id).values_list("rally__code", flat=True).first()
        if code is None:
            raise HelpNotFound
        play = locked.gathering(code)
        rally = play.rally
        given = Help.objects.select_for_update().get(pk=help_id)
        if given.state != HelpState.KEPT:
            raise HelpNotFound
        given.reviewed_at, given.reviewed_by_id = now, by
        rally.helps_kept -= 1
        if counts_now and rally.state == RallyState.OPEN:
            given.state = HelpState.COUNTED
            _count(play, given, at=now)
        else:
            given.state = HelpState.REFUSED
            given.save()
        if rally.state == RallyState.OPEN and not rally.helps_kept and now >= rally.ends_at:
            rally.due_at = now
        rally.save(update_fields=["helps_kept", "due_at"])
        return _view(given)


# --- Steps under the rally's lock -------------------------------------------------------------------------


def _prices(offer: Offer, variant_id: int) -> tuple[int, int]:
    """The lowest price and the price alone now.

    :raises OfferNotFound: the offer does not cover the variant.
    :raises OfferEnded: the price alone has meanwhile fallen to the lowest price: there is nothing to gain.
    """
    floor = admission.team_price(offer, variant_id)
    alone = price_queries.list_prices([variant_id], offer.currency).get(variant_id)
    if alone is None:
        raise OfferNotFound(offer=offer.code)
    if alone.amount_minor - floor < 1:
        raise OfferEnded(offer=offer.code)
    return floor, alone.amount_minor


def _set_aside(offer: Offer, terms: RallyTerms, rally: Rally) -> None:
    wants = [Want("starts", rules.person_key(rally.starter_id), 1, terms.per_person)]
    if terms.per_day:
        wants.append(Want("day", rally.counted_on.isoformat(), 1, terms.per_day))
    tallies.claim(offer.pk, [want for want in wants if want.most])
    if terms.sets_aside:
        rally.has_unit, rally.discount_minor = True, rally.alone_minor - rally.floor_minor
        counts.claim_units(offer, 1, rally.discount_minor)
    else:
        admission.check_units(offer, 1)


def _check_units(offer: Offer) -> None:
    if offer.stock_limit is not None and offer.units_claimed >= offer.stock_limit:
        raise OfferSoldOut(available=0)


def _wants(terms: RallyTerms, person_id: int, day: object) -> list[Want]:
    person = rules.person_key(person_id)
    found = []
    if terms.once_per_offer:
        found.append(Want("help_once", person, 1, 1))
    if terms.helps_per_offer:
        found.append(Want("help", person, 1, terms.helps_per_offer))
    if terms.helps_per_day:
        found.append(Want("help_day", f"{person}:{day}", 1, terms.helps_per_day))
    return found


def _signals(play: Gathering, given: Help, at: datetime) -> tuple[str, ...]:
    others = Help.objects.filter(rally=play.rally, is_first=False)
    device, network = given.device, given.network
    same_device = others.filter(device=device).count() if device else 0
    if device and device == play.rally.device:
        same_device += 1
    young = account_queries.list_joined_since(
        [given.person_id, *others.values_list("person_id", flat=True)], since=at - NEW_ACCOUNT
    )
    facts = rules.HelperFacts(
        same_device=same_device,
        same_network=others.filter(network=network).count() if network else 0,
        is_new_account=given.person_id in young,
        new_accounts=len(young - {given.person_id}),
    )
    return rules.suspicion(facts, new_accounts_most=play.terms.new_accounts)


def _keep(play: Gathering, given: Help) -> None:
    given.state = HelpState.KEPT
    given.save(force_insert=True)
    play.rally.helps_kept += 1
    play.rally.save(update_fields=["helps_kept"])


def _count(play: Gathering, given: Help, *, at: datetime) -> None:
    """Let a help count, by a compare-and-set on what was gathered; the last one reaches the goal."""
    rally = play.rally
    progress = locked.progress_of(rally)
    amount = play.kind.gain(play.terms, progress, rally.seed, given.is_newcomer)
    changed = Rally.objects.filter(
        pk=rally.pk, gained=rally.gained, helps_counted=rally.helps_counted, state=RallyState.OPEN
    ).update(gained=rally.gained + amount, helps_counted=rally.helps_counted + 1)
    if changed != 1 or not 0 < amount <= progress.rest:
        raise InvariantBroken(f"a help of {amount} does not fit {rally.code}")
    rally.gained += amount
    rally.helps_counted += 1
    given.amount, given.position, given.state = amount, rally.helps_counted, HelpState.COUNTED
    given.save()
    outbox.publish(
        RallyHelped(
            **play.facts(),
            at=at,
            person_id=given.person_id,
            amount=amount,
            rest=rally.goal - rally.gained,
            is_newcomer=given.is_newcomer,
        )
    )
    if rally.gained == rally.goal:
        _win(play, at=at)


def _win(play: Gathering, *, at: datetime) -> None:
    rally = play.rally
    rally.state = rules.move_rally(rally.state, RallyState.WON)
    rally.won_at = at
    # The right to buy outlives the offer: it was earned.
    rally.pay_by_at = rally.due_at = rules.ends_at(at, hours=play.terms.pay_hours, offer_ends=None)
    rally.save(update_fields=["state", "won_at", "pay_by_at", "due_at"])
    outbox.publish(RallyWon(**play.facts(), at=at, pay_by_at=rally.pay_by_at))


def _view(given: Help) -> HelpView:
    return HelpView(
        rally_code=given.rally.code, state=given.state, amount=given.amount, is_newcomer=given.is_newcomer
    )
