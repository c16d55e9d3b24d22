"""Whole stories in a real browser. A package, so that one Chromium serves all of them and then goes."""
