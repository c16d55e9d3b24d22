"""From what a sender wrote to a row of the lake, one event at a time. Pure; ids come later, for all at once.

Keys that begin with `_` are public codes which the compactor turns into ids and then leaves out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jishi.insight.behavior import rules, schema

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for every event of a batch."""

    source: str
    visitor: str
    person_id: int | None
    user_id: int
    device: str
    language: str
    is_bot: bool
    skew: timedelta
    received_at: datetime
    session: str
    channel: str
    share: str
    region: str


def context(meta: Mapping[str, Any], data: Mapping[str, Any], received_at: datetime) -> Context:
    """Read what a batch says once for all its events."""
    source = rules.one_of(meta.get("source"), schema.SOURCES, "web")
    visitor, person_id = rules.text(meta.get("visitor")), meta.get("person")
    agent = str(meta.get("agent") or "")
    return Context(
        source=source,
        visitor=visitor,
        person_id=person_id,
        user_id=person_id if person_id is not None else rules.visitor_number(visitor),
        device=rules.one_of(data.get("device"), schema.DEVICES, rules.device_of(agent)),
        language=rules.text(data.get("language"), 16) or rules.text(meta.get("language"), 16),
        is_bot=rules.is_bot_agent(agent, source),
        skew=rules.skew_of(data.get("sent_at"), received_at),
        received_at=received_at,
        session=rules.code(data.get("session")),
        channel=rules.one_of(data.get("channel"), schema.CHANNELS, "direct"),
        share=rules.code(data.get("share")),
        region=rules.text(data.get("region"), 64),
    )


def build(raw: Any, of: Context) -> Row:
    """Return the row of one event.

    :raises Refused: it cannot be one.
    """
    if not isinstance(raw, Mapping):
        raise rules.Refused("no_object", type(raw).__name__)
    kind = rules.check_kind(raw.get("kind"), of.source)
    event_id = rules.event_uuid(raw.get("id"))
    ts = rules.moment(raw.get("at"), skew=of.skew, received_at=of.received_at, source=of.source)
    is_trusted = of.source in ("server", "file")
    person_id, visitor, user_id = of.person_id, of.visitor, of.user_id
    if is_trusted:
        person_id = rules.whole(raw.get("person"), least=1, most=2**62)
        visitor = rules.text(raw.get("visitor"))
        user_id = (
            person_id if person_id is not None else rules.visitor_number(visitor or str(raw.get("id") or ""))
        )
    row: Row = {
        "event_id": str(event_id),
        "ts": ts,
        "received_at": of.received_at,
        "day": rules.day_of(ts),
        "kind": kind.name,
        "user_id": user_id,
        "person_id": person_id,
        "visitor": visitor,
        "session_id": rules.code(raw.get("session")) or of.session or _session(visitor, ts),
        "source": of.source,
        "is_bot": of.is_bot,
        "_product": rules.code(raw.get("product")),
        "_note": rules.code(raw.get("note")),
        "_shop": rules.code(raw.get("shop")),
    }
    _describe(row, raw, of)
    _measure(row, raw, is_trusted=is_trusted)
    return row


def _session(visitor: str, ts: datetime) -> str:
    """A sitting for senders that keep none: the half hours of a browser."""
    return f"{visitor}-{int(ts.timestamp()) // 1800}" if visitor else ""


def _describe(row: Row, raw: Mapping[str, Any], of: Context) -> None:
    row["channel"] = rules.one_of(raw.get("channel"), schema.CHANNELS, of.channel)
    row["device"] = rules.one_of(raw.get("device"), schema.DEVICES, of.device)
    row["region"] = rules.text(raw.get("region")) or of.region
    row["language"] = rules.text(raw.get("language"), 16) or of.language
    row["page"] = rules.text(raw.get("page"), 80)
    row["slot"] = rules.text(raw.get("slot"), 40)
    row["position"] = rules.whole(raw.get("position"), least=1, most=100_000)
    row["query"] = rules.text(raw.get("query"), 120) or None
    row["share_code"] = rules.code(raw.get("share")) or of.share or None
    row["props"] = rules.props(raw.get("props"))


def _measure(row: Row, raw: Mapping[str, Any], *, is_trusted: bool) -> None:
    """Numbers and ids: from a browser only how many pieces; money and ids of the database are ours."""
    row["quantity"] = rules.whole(raw.get("quantity"), least=1, most=1_000_000)
    for name in ("product_id", "note_id", "shop_id", "category_id", "from_user_id"):
        row[name] = rules.whole(raw.get(name), least=1, most=2**62) if is_trusted else None
    row["amount_minor"] = (
        rules.whole(raw.get("amount_minor"), least=-(2**60), most=2**60) if is_trusted else None
    )
    row["currency"] = (rules.text(raw.get("currency"), 3) or None) if is_trusted else None
    row["order_code"] = (rules.code(raw.get("order_code")) or None) if is_trusted else None


def naive(at: datetime) -> datetime:
    """Return an instant as the lake keeps it: UTC, without saying so."""
    return at.astimezone(UTC).replace(tzinfo=None)
