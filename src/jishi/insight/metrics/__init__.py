"""Metrics as code: each number is defined once, computed by an engine over the lake, and kept with its
moment.
"""
