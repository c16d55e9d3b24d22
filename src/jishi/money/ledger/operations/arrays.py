"""Array literals for the set-based statements.

The driver adapts lists element by element in Python, which was half the cost of a batch of a thousand
transfers.
"""


def texts(values: list[str]) -> str:
    """A ``text[]`` literal; every element stands in quotes, so that the word NULL stays a word."""
    if not values:
        return "{}"
    joined = "".join(values)
    if '"' in joined or "\\" in joined:
        values = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(values) + '"}'


def numbers(values: list[int]) -> str:
    """A ``bigint[]`` literal."""
    return "{" + ",".join(map(str, values)) + "}"


def numbers_or_null(values: list[int | None]) -> str:
    """A ``bigint[]`` literal in which None is NULL."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def flags(values: list[bool]) -> str:
    """A ``bool[]`` literal."""
    return "{" + ",".join(["t" if value else "f" for value in values]) + "}"
