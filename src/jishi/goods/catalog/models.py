"""Tables of the catalogue: tree, brands, products, variants, pictures, listings, vocabulary.

Invariants kept by the database: a handle is unique in its shop, option values are unique in their product,
there is at most one listing per product. A SKU is an attribute and never an identity: real shops repeat them.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from jishi.kernel.text import TranslatedField

STATUS_CHOICES = [("draft", "draft"), ("active", "active"), ("archived", "archived")]


class Category(models.Model):
    """A node of the platform's category tree; ``ancestor_ids`` runs from the root to the node itself."""

    slug = models.CharField(max_length=80, unique=True)
    name = TranslatedField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    ancestor_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [GinIndex(fields=["ancestor_ids"], name="catalog_category_tree")]

    def __str__(self) -> str:
        return self.slug


class Brand(models.Model):
    """A maker or label."""

    slug = models.CharField(max_length=80, unique=True)
    name = TranslatedField()

    def __str__(self) -> str:
        return self.slug


class Product(models.Model):
    """A product of one shop."""

    code = models.CharField(max_length=12, unique=True)
    shop = models.ForeignKey("merchants.Shop", models.PROTECT, related_name="+")
    handle = models.CharField(max_length=255)
    slug = models.CharField(max_length=120)
    title = TranslatedField()
    description = TranslatedField(default=dict)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=8, choices=STATUS_CHOICES, default="draft")
    kind = models.CharField(max_length=255, default="", blank=True)
    option_names = ArrayField(models.CharField(max_length=100), default=list)
    attributes = models.JSONField(default=dict)
    labels = models.JSONField(default=dict)
    tags = ArrayField(models.CharField(max_length=100), default=list)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "handle"], name="catalog_product_handle"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "active", "archived"]), name="catalog_product_status"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Variant(models.Model):
    """One combination of option values; the empty list is the only variant of a product without options."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    sku = models.CharField(max_length=255, default="", blank=True)
    options = ArrayField(models.CharField(max_length=255), default=list)
    position = models.PositiveIntegerField(default=0)
    barcode = models.CharField(max_length=100, default="", blank=True)
    weight_g = models.PositiveIntegerField(default=0)
    image_source = models.CharField(max_length=2048, default="", blank=True)
    status = models.CharField(max_length=8, choices=STATUS_CHOICES[1:], default="active")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "options"], name="catalog_variant_options")]
        indexes = [models.Index(fields=["sku"], name="catalog_variant_sku", condition=~Q(sku=""))]

    def __str__(self) -> str:
        return f"{self.product_id}:{'/'.join(self.options)}"


class Media(models.Model):
    """A picture: a re-encoded original and its smaller renditions, all under content-addressed names."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    file = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    alt = models.CharField(max_length=512, default="", blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    position = models.PositiveIntegerField(default=0)
    renditions = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "digest"], name="catalog_media_once")]

    def __str__(self) -> str:
        return self.file


class MediaAddress(models.Model):
    """The address of a picture that an imported file named; it is recorded and never fetched."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    url = models.CharField(max_length=2048)
    alt = models.CharField(max_length=512, default="", blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "url"], name="catalog_media_address_once")]

    def __str__(self) -> str:
        return self.url


LISTED = Q(is_visible=True, price_from_minor__isnull=False)
"""Which listings shoppers can meet: the product is active and has a price."""


class Listing(models.Model):
    """One row per product from which every list is rendered without a join.

    ``popularity`` is forward-decayed: each sale adds ``quantity * 2 ** (seconds since 2026 / half-life)``, so
    recent sales weigh more and no job ever has to age the column. ``rating`` is in hundredths of a star, 0
    without reviews; whoever owns reviews keeps it.
    """

    product = models.OneToOneField(Product, models.PROTECT, primary_key=True, related_name="+")
    shop = models.ForeignKey("merchants.Shop", models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=12)
    slug = models.CharField(max_length=120)
    title = TranslatedField()
    image = models.JSONField(null=True)
    price_from_minor = models.PositiveBigIntegerField(null=True)
    compare_at_minor = models.PositiveBigIntegerField(null=True)
    currency = models.CharField(max_length=10, default="")
    in_stock = models.BooleanField(default=False)
    badge = models.JSONField(null=True)
    sold_count = models.PositiveBigIntegerField(default=0)
    popularity = models.FloatField(default=0)
    rating = models.PositiveSmallIntegerField(default=0, db_default=0)
    rating_count = models.PositiveIntegerField(default=0, db_default=0)
    is_visible = models.BooleanField(default=False)
    published_at = models.DateTimeField()
    search_zh = SearchVectorField(null=True)
    search_en = SearchVectorField(null=True)

    class Meta:
        indexes = [
            GinIndex(fields=["search_zh"], name="catalog_listing_zh"),
            GinIndex(fields=["search_en"], name="catalog_listing_en"),
            models.Index("popularity", "product", name="catalog_listing_hot", condition=LISTED),
            models.Index("published_at", "product", name="catalog_listing_new", condition=LISTED),
            models.Index("price_from_minor", "product", name="catalog_listing_price", condition=LISTED),
            models.Index("sold_count", "product", name="catalog_listing_sold", condition=LISTED),
            models.Index("rating", "product", name="catalog_listing_rated", condition=LISTED),
        ]

    def __str__(self) -> str:
        return self.code


class Term(models.Model):
    """A word that some listing contains: what misspelt searches are compared with."""

    language = models.CharField(max_length=8)
    word = models.CharField(max_length=60)
    uses = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "word"], name="catalog_term_once")]
        indexes = [models.Index(models.functions.Length("word"), name="catalog_term_length")]

    def __str__(self) -> str:
        return self.word
