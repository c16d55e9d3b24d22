"""Pure arithmetic of stock: summing what is asked for, and spreading it over shelves."""

from collections.abc import Iterable, Mapping

from jishi.goods.inventory.contracts import Demand
from jishi.goods.inventory.errors import StockQuantityInvalid

MAX_QUANTITY = 10**9
Shelf = tuple[int, int, int]
"""(stock id, variant id, units free)."""


def check_quantity(quantity: int, *, least: int) -> int:
    """Return the quantity.

    :raises StockQuantityInvalid: it is no whole number between `least` and `MAX_QUANTITY`.
    """
    if type(quantity) is not int or not least <= quantity <= MAX_QUANTITY:
        raise StockQuantityInvalid(least=least, most=MAX_QUANTITY)
    return quantity


def sum_demand(lines: Demand) -> dict[int, int]:
    """Add up the quantities per variant: two lines of one variant draw on the same shelf.

    :raises StockQuantityInvalid: there is no line, or a quantity is below one.
    """
    if not lines:
        raise StockQuantityInvalid(least=1, most=MAX_QUANTITY)
    demand: dict[int, int] = {}
    for variant_id, quantity in lines:
        demand[variant_id] = demand.get(variant_id, 0) + check_quantity(quantity, least=1)
    return demand


def spread(
    demand: Mapping[int, int], shelves: Iterable[Shelf]
) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """Take each variant's demand from its shelves in their order.

    Returns (stock id, quantity) per shelf used, and for every variant that falls short what was free of it.
    """
    missing = dict(demand)
    free = dict.fromkeys(demand, 0)
    plan: list[tuple[int, int]] = []
    for stock_id, variant_id, available in shelves:
        free[variant_id] += available
        taken = min(available, missing[variant_id])
        if taken > 0:
            plan.append((stock_id, taken))
            missing[variant_id] -= taken
    return plan, {variant_id: free[variant_id] for variant_id, left in missing.items() if left}
