"""Tables of orders: the order, its lines, the price adjustments frozen into it, what keeps it from being
shipped, and the record of its moves.

Invariants kept here: the state is a known one; total = goods - discount + delivery and nothing is negative;
a paid order knows when; a checkout has one order per shop and codes are unique; the record of moves only
grows.
"""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jishi.kernel import crypto
from jishi.trade.orders.contracts import OrderState

AFTER_PAYMENT = [
    OrderState.PAID,
    OrderState.SHIPPED,
    OrderState.RECEIVED,
    OrderState.REFUNDING,
    OrderState.REFUNDED,
]


class OrderQuerySet(models.QuerySet["Order"]):
    """Names for the selections that the domain makes again and again."""

    def due_for_expiry(self, at: Any) -> Self:
        """Return orders whose time to pay is over."""
        return self.filter(state=OrderState.AWAITING_PAYMENT, pay_by_at__lte=at)

    def due_for_receipt(self, at: Any) -> Self:
        """Return shipped orders that nobody confirmed in time."""
        return self.filter(state=OrderState.SHIPPED, auto_confirm_at__lte=at)


class Order(models.Model):
    """What one buyer bought of one shop in one checkout."""

    code = models.CharField(max_length=12, unique=True)
    checkout_code = models.CharField(max_length=12)
    # Indexes of their own would repeat the beginning of others; every order would pay for them.
    buyer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    delivery_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    commission_bps = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=20, default=OrderState.AWAITING_PAYMENT)
    intent_code = models.CharField(max_length=12, blank=True, default="")
    address = crypto.EncryptedTextField(blank=True, default="")
    delivery_code = models.CharField(max_length=40, blank=True, default="")
    share_code = models.CharField(max_length=12, blank=True, default="")
    channel = models.CharField(max_length=20, default="web")
    tokens = models.JSONField(default=dict)
    placed_at = models.DateTimeField()
    pay_by_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    auto_confirm_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=60, blank=True, default="")
    # The buyer left: nobody reads the address any more, and it goes when the law lets go of the record.
    sealed_at = models.DateTimeField(null=True)
    blank_due_at = models.DateTimeField(null=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        """Constraints that hold whatever code runs, and the indexes of the lists."""

        constraints = [
            models.UniqueConstraint(fields=["checkout_code", "shop"], name="orders_order_one_per_shop"),
            models.CheckConstraint(condition=Q(state__in=list(OrderState)), name="orders_order_state_known"),
            models.CheckConstraint(
                condition=Q(total_minor=F("goods_minor") - F("discount_minor") + F("delivery_minor"))
                & Q(total_minor__gte=0, goods_minor__gte=0, discount_minor__gte=0, delivery_minor__gte=0),
                name="orders_order_sums",
            ),
            models.CheckConstraint(condition=Q(commission_bps__lte=10_000), name="orders_order_commission"),
            models.CheckConstraint(
                condition=Q(state__in=AFTER_PAYMENT, paid_at__isnull=False)
                | (~Q(state__in=AFTER_PAYMENT) & Q(paid_at__isnull=True)),
                name="orders_order_paid_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.SHIPPED, OrderState.RECEIVED])
                | Q(shipped_at__isnull=False),
                name="orders_order_shipped_at",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-placed_at", "-id"], name="orders_order_buyer"),
            models.Index(fields=["shop", "-placed_at", "-id"], name="orders_order_shop"),
            models.Index(fields=["-placed_at", "-id"], name="orders_order_newest"),
            models.Index(fields=["intent_code"], name="orders_order_intent"),
            models.Index(
                fields=["pay_by_at"],
                condition=Q(state=OrderState.AWAITING_PAYMENT),
                name="orders_order_unpaid_due",
            ),
            models.Index(
                fields=["auto_confirm_at"],
                condition=Q(state=OrderState.SHIPPED),
                name="orders_order_confirm_due",
            ),
            models.Index(
                fields=["blank_due_at"],
                condition=Q(blank_due_at__isnull=False),
                name="orders_order_blank_due",
            ),
        ]

    def __str__(self) -> str:
        """Return the code; nothing personal."""
        return self.code


class OrderLine(models.Model):
    """One variant in an order, with the names and prices of the moment it was bought."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    """The variant's own; that one is checked by the database (decision 0025)."""
    product_code = models.CharField(max_length=12)
    title = models.CharField(max_length=300)
    options = models.JSONField(default=list)
    image_url = models.CharField(max_length=500, blank=True, default="")
    quantity = models.PositiveIntegerField()
    unit_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()

    class Meta:
        """A line's sum is right, and its quantity is one a person can order."""

        ordering = ["order_id", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total_minor=F("quantity") * F("unit_minor") - F("discount_minor"))
                & Q(total_minor__gte=0, discount_minor__gte=0, unit_minor__gte=0),
                name="orders_orderline_sums",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="orders_orderline_quantity"),
            models.UniqueConstraint(fields=["order", "position"], name="orders_orderline_position"),
        ]

    def __str__(self) -> str:
        """Return what and how many."""
        return f"{self.quantity} x {self.product_code}"


class OrderAdjustment(models.Model):
    """A price adjustment as the buyer saw it when ordering; never recalculated."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="adjustments")
    rule = models.CharField(max_length=40)
    reference = models.CharField(max_length=80, blank=True, default="")
    variant = models.ForeignKey(
        "catalog.Variant",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    """That of one of the order's lines, which is checked by the database (decision 0025)."""
    amount_minor = models.BigIntegerField()
    funder_kind = models.CharField(max_length=20)
    funder_id = models.BigIntegerField(null=True)
    message = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    defers_fulfilment = models.BooleanField(default=False)

    class Meta:
        """Adjustments only ever take away."""

        ordering = ["order_id", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__lte=0), name="orders_orderadjustment_reduces"),
        ]

    def __str__(self) -> str:
        """Return the rule and the amount."""
        return f"{self.rule} {self.amount_minor}"


class FulfilmentHold(models.Model):
    """A reason why an order may not be shipped yet, named by whoever will lift it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="holds")
    ref = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())
    released_at = models.DateTimeField(null=True)

    class Meta:
        """One hold per order and reason."""

        constraints = [models.UniqueConstraint(fields=["order", "ref"], name="orders_fulfilmenthold_ref")]
        indexes = [models.Index(fields=["ref"], name="orders_fulfilmenthold_by_ref")]

    def __str__(self) -> str:
        """Return the name of the hold."""
        return self.ref


class OrderEvent(models.Model):
    """One move of an order through its states; rows are only ever added."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        """Every recorded state is a known one."""

        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_state__in=list(OrderState)), name="orders_orderevent_state_known"
            ),
        ]

    def __str__(self) -> str:
        """Return the move."""
        return f"{self.from_state or '-'} > {self.to_state}"
