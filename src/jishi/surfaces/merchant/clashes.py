"""What else is going on with a variant at a time: mechanics do not know each other, a form knows them all."""

from datetime import datetime

from django.utils.translation import gettext

from jishi.goods.catalog import queries as catalog_queries
from jishi.promotions.community_buys import queries as round_queries
from jishi.promotions.flash_sales import queries as flash_queries
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.presales import queries as presale_queries


def say(variant_id: int, *, starts_at: datetime, ends_at: datetime, but: str = "") -> list[str]:
    """Return a sentence for each other mechanic that has the variant in that time; `but` is one's own."""
    found = []
    variant = catalog_queries.find_variants([variant_id], language="en").get(variant_id)
    if variant and play_queries.find_offer(product_id=variant.product_id, at=starts_at):
        found.append(gettext("The product has a team offer at that time."))
    if but != "flash" and flash_queries.is_enrolled(variant_id, starts_at=starts_at, ends_at=ends_at):
        found.append(gettext("It is in a flash sale at that time."))
    if but != "presale" and presale_queries.is_sold_ahead(variant_id, starts_at=starts_at, ends_at=ends_at):
        found.append(gettext("It is sold in a presale at that time."))
    if but != "round" and round_queries.is_in_round(variant_id, starts_at=starts_at, ends_at=ends_at):
        found.append(gettext("It is in a round of community purchase at that time."))
    return found
