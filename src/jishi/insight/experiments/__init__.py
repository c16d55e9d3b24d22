"""Experiments: who sees what by a keyed hash, what was shown, and what it did, with honest intervals."""
