"""What surveys do when goods arrive, and how answers become behaviour. Every handler may run twice."""

from jishi.insight.behavior import operations as behavior
from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys.events import SurveyAnswered
from jishi.trade.orders.events import OrderReceived


def on_order_received(event: OrderReceived) -> None:
    """Plan to ask the buyer."""
    surveys.plan_receipt(person_id=event.buyer_id, order_code=event.order_code, at=event.at)


def on_survey_answered(event: SurveyAnswered) -> None:
    """Note in the lake that somebody answered: the figure, never the words."""
    behavior.record(
        kind="survey_answered",
        key=event.answer_code,
        at=event.at,
        person_id=event.person_id,
        visitor=event.visitor,
        props={"survey": event.code, "kind": event.kind, "score": event.score},
    )
