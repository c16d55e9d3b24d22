"""What lotteries do when something happened. A handler may run twice; notices have a key of their own."""

from jishi.people.notifications import operations as notifications
from jishi.promotions.lotteries import queries
from jishi.promotions.lotteries.events import LotteryDrawn


def on_drawn(event: LotteryDrawn) -> None:
    """Tell winners that they won, and everybody else after the first draw that it is done."""
    title = queries.get_title(event.lottery_code)
    for person_id in event.winner_ids:
        notifications.notify(
            person_id=person_id,
            kind="lottery_won",
            params={"lottery": title},
            url=f"/lotteries/{event.lottery_code}/",
            natural_key=f"lottery_won:{event.lottery_code}:{event.at.isoformat()}",
            at=event.at,
        )
    winners = set(event.winner_ids)
    for person_id in queries.list_people_of(event.lottery_code):
        if person_id not in winners:
            notifications.notify(
                person_id=person_id,
                kind="lottery_drawn",
                params={"lottery": title},
                url=f"/lotteries/{event.lottery_code}/",
                natural_key=f"lottery_drawn:{event.lottery_code}",
                at=event.at,
            )
