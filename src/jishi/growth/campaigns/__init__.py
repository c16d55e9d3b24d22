"""Campaigns: what the house does for some people at some time, step by step, and whether it worked."""
