"""Behaviour events as apps and mini-programs send them."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field


class EventBatchIn(Schema):
    """Up to 500 events. `batch` and the events' `id` are the sender's own: repeated, they count once.

    `sent_at` and each event's `at` are milliseconds by the sender's clock; its error is corrected.
    """

    batch: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{8,64}$")]
    events: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=500)]
    sent_at: float | None = None
    device_id: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{8,64}$")] = ""
    source: Literal["app", "mini"] = "app"
    session: Annotated[str, Field(max_length=64)] = ""
    channel: Annotated[str, Field(max_length=16)] = "direct"
    share: Annotated[str, Field(max_length=64)] = ""
    device: Annotated[str, Field(max_length=16)] = ""
    language: Annotated[str, Field(max_length=16)] = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many events were taken; 0 when the batch was there already."""

    accepted: int
