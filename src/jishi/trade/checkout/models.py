"""Tables of carts and checkouts.

Invariants: a cart belongs to one person or to one anonymous visitor; a line has 1 to 99 pieces; a buyer's
checkout key exists once for ever, so that no lost, repeated or pruned request can place twice.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Cart(models.Model):
    """What somebody means to buy."""

    person = models.OneToOneField("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    session_key = models.CharField(max_length=64, null=True, unique=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        """A person's or a visitor's, never both."""

        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, session_key__isnull=True)
                | (Q(person__isnull=True, session_key__isnull=False) & ~Q(session_key="")),
                name="checkout_cart_one_owner",
            )
        ]

    def __str__(self) -> str:
        """Return the id; the session key is a secret."""
        return f"cart {self.pk}"


class CartLine(models.Model):
    """One variant in a cart."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField()
    selected = models.BooleanField(default=True)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        """A variant is in a cart once, in a sensible quantity."""

        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="checkout_cartline_variant"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=99), name="checkout_cartline_quantity"
            ),
        ]

    def __str__(self) -> str:
        """Return what and how many."""
        return f"{self.quantity} x variant {self.variant_id}"


class Checkout(models.Model):
    """One placement: the buyer's key for it and the code under which its orders are found."""

    code = models.CharField(max_length=12, unique=True)
    buyer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    checkout_key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    channel = models.CharField(max_length=20, default="web")
    placed_at = models.DateTimeField()
    pay_by_at = models.DateTimeField()

    class Meta:
        """The buyer's key is unique for ever; it is not an idempotency record that is pruned."""

        constraints = [
            models.UniqueConstraint(fields=["buyer", "checkout_key"], name="checkout_checkout_key"),
            models.CheckConstraint(condition=Q(total_minor__gte=0), name="checkout_checkout_total"),
        ]

    def __str__(self) -> str:
        """Return the code."""
        return self.code
