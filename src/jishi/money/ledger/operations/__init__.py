"""Writes of the ledger: post, reserve, resolve. Every write is one journal under a natural key."""

from jishi.money.ledger.operations.contention import patiently
from jishi.money.ledger.operations.posting import post, post_batch, reserve
from jishi.money.ledger.operations.resolving import post_pending, void_pending

__all__ = ["patiently", "post", "post_batch", "post_pending", "reserve", "void_pending"]
