"""What counts as a fault of a page when a real browser shows it."""

from playwright.sync_api import Error


def is_fault(error: Error) -> bool:
    """Whether an error of a page is ours: Chromium reports its own aborted page transitions there as well."""
    return "ViewTransition" not in str(error)
