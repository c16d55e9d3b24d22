"""Table of parcels. Invariant: an order has at most one parcel, and a parcel knows who sent it and when."""

from django.db import models

from jishi.kernel import ids


class Parcel(models.Model):
    """What a shop handed to a carrier for one order."""

    code = models.CharField(max_length=12, unique=True, default=ids.new_code)
    order = models.OneToOneField("orders.Order", on_delete=models.PROTECT, related_name="+")
    carrier = models.CharField(max_length=20)
    tracking_number = models.CharField(max_length=40)
    shipped_at = models.DateTimeField()
    shipped_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Return the carrier and number."""
        return f"{self.carrier} {self.tracking_number}"
