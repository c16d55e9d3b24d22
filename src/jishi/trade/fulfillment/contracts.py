"""What other parts may know about delivery: the choices before buying and the parcels after."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """One way a shop can send this basket. `fee_minor` is the fee below `free_from_minor` (None: never
    free).
    """

    code: str
    label: str
    fee_minor: int
    free_from_minor: int | None
    eta_days: int


@dataclass(frozen=True, slots=True)
class Carrier:
    """A parcel service by its code and its name in the viewer's language."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A parcel on its way."""

    code: str
    order_code: str
    carrier: str
    carrier_name: str
    tracking_number: str
    shipped_at: datetime
