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
        "event_id": event_id,
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
    """Words; most events leave most of them to their batch, so nothing is checked that is not there."""
    row["channel"], row["device"] = of.channel, of.device
    if "channel" in raw:
        row["channel"] = rules.one_of(raw["channel"], schema.CHANNELS, of.channel)
    if "device" in raw:
        row["device"] = rules.one_of(raw["device"], schema.DEVICES, of.device)
    row["region"] = (rules.text(raw["region"]) if "region" in raw else "") or of.region
    row["language"] = (rules.text(raw["language"], 16) if "language" in raw else "") or of.language
    row["page"] = rules.text(raw["page"], 80) if "page" in raw else ""
    row["slot"] = rules.text(raw["slot"], 40) if "slot" in raw else ""
    row["position"] = rules.whole(raw["position"], least=1, most=100_000) if "position" in raw else None
    row["query"] = (rules.text(raw["query"], 120) if "query" in raw else "") or None
    row["share_code"] = (rules.code(raw["share"]) if "share" in raw else "") or of.share or None
    row["props"] = rules.props(raw["props"]) if "props" in raw else "{}"


_IDS = ("product_id", "note_id", "shop_id", "category_id", "from_user_id")
_TRUSTED = dict.fromkeys((*_IDS, "amount_minor", "currency", "order_code"))


def _measure(row: Row, raw: Mapping[str, Any], *, is_trusted: bool) -> None:
    """Numbers and ids: from a browser only how many pieces; money and ids of the database are ours."""
    row["quantity"] = rules.whole(raw["quantity"], least=1, most=1_000_000) if "quantity" in raw else None
    if not is_trusted:
        row.update(_TRUSTED)
        return
    for name in _IDS:
        row[name] = rules.whole(raw.get(name), least=1, most=2**62)
    row["amount_minor"] = rules.whole(raw.get("amount_minor"), least=-(2**60), most=2**60)
    row["currency"] = rules.text(raw.get("currency"), 3) or None
    row["order_code"] = rules.code(raw.get("order_code")) or None


def naive(at: datetime) -> datetime:
    """Return an instant as the lake keeps it: UTC, without saying so."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).replace(tzinfo=None)
