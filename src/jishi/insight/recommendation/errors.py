"""Refusals of the recommender's library."""

from __future__ import annotations


class SignalsBroken(ValueError):
    """Rows point outside the people and items that were announced."""


class ModelFileBroken(ValueError):
    """A model file is of another version, incomplete, or was changed after it was written."""
