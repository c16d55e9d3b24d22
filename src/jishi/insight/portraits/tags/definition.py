"""The form of a tag's definition, and short ways to write one.

`sql` gives the value from the sources of :mod:`jishi.insight.portraits.sources`, by their short names. A tag
whose basis is consent is null for whoever did not give it, whatever its expression says.
"""

from dataclasses import dataclass

from jishi.insight.portraits.contracts import Choice, Family, Tag

CONTRACT, CONSENT = "contract", "consent"
MINUTE, DAY = "minute", "day"
"""How fresh: within a minute of what happened; `day` tags also move with the clock, once a day."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A tag, and where its value comes from."""

    tag: Tag
    sql: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the definitions of one family."""

    family: Family
    basis: str = CONSENT

    def number(
        self,
        code: str,
        name: str,
        meaning: str,
        sql: str,
        *,
        unit: str,
        evidence: str,
        used_by: tuple[str, ...],
        fresh: str = MINUTE,
        basis: str = "",
        is_kept: bool = True,
    ) -> Definition:
        """A number with its unit."""
        tag = Tag(
            code, name, meaning, self.family, unit, fresh, evidence, used_by, "number", (),
            basis or self.basis, is_kept and fresh == MINUTE,
        )  # fmt: skip
        return Definition(tag, sql)

    def choice(
        self,
        code: str,
        name: str,
        meaning: str,
        sql: str,
        *choices: Choice,
        evidence: str,
        used_by: tuple[str, ...],
        fresh: str = MINUTE,
        basis: str = "",
    ) -> Definition:
        """One of some named values."""
        tag = Tag(
            code, name, meaning, self.family, "", fresh, evidence, used_by, "choice", choices,
            basis or self.basis,
        )  # fmt: skip
        return Definition(tag, sql)

    def other(
        self,
        kind: str,
        code: str,
        name: str,
        meaning: str,
        sql: str,
        *,
        evidence: str,
        used_by: tuple[str, ...],
        unit: str = "",
        basis: str = "",
    ) -> Definition:
        """A flag, a text or a list."""
        tag = Tag(
            code, name, meaning, self.family, unit, MINUTE, evidence, used_by, kind, (), basis or self.basis
        )
        return Definition(tag, sql)
