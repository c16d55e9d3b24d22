"""Recommendation: which goods suit whom, and why. The library (`engine` and what it uses) needs numpy and
scipy alone; it knows neither Django nor the shop and can be imported by itself.
"""
