"""Settings of a mechanic: what a merchant may choose, with bounds, a help text and a default each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jishi.promotions.plays.errors import ParamRefused

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Param:
    """One setting a merchant chooses. Numbers have bounds, choices have labels, everything has a help
    text.
    """

    name: str
    kind: Literal["int", "bool", "choice"]
    default: Any
    label: str
    help: str
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[tuple[str, str], ...] = ()

    def clean(self, value: Any) -> Any:
        """Return the value as it is stored; forms send text, the API sends JSON.

        :raises ParamRefused: it is not such a value or out of bounds.
        """
        if self.kind == "bool":
            return self._clean_bool(value)
        if self.kind == "choice":
            if value not in {code for code, _ in self.choices}:
                raise ParamRefused(name=self.name, expected=" | ".join(code for code, _ in self.choices))
            return value
        return self._clean_int(value)

    def _clean_bool(self, value: Any) -> bool:
        known = {
            True: True,
            False: False,
            "true": True,
            "on": True,
            "1": True,
            "false": False,
            "": False,
            "0": False,
        }
        if not isinstance(value, bool | str) or value not in known:
            raise ParamRefused(name=self.name, expected="true | false")
        return known[value]

    def _clean_int(self, value: Any) -> int:
        expected = f"{self.minimum}–{self.maximum}"
        text = str(value).strip()
        if isinstance(value, bool | float) or not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ParamRefused(name=self.name, expected=expected)
        number = int(text)
        if (self.minimum is not None and number < self.minimum) or (
            self.maximum is not None and number > self.maximum
        ):
            raise ParamRefused(name=self.name, expected=expected)
        return number


def clean_params(params: Sequence[Param], raw: Params) -> dict[str, Any]:
    """Return every setting of a mechanic, checked, with defaults for those that are absent.

    :raises ParamRefused: a value is refused, or a name is unknown.
    """
    known = {param.name for param in params}
    for name in raw:
        if name not in known:
            raise ParamRefused(name=name, expected=" | ".join(sorted(known)))
    return {param.name: param.clean(raw.get(param.name, param.default)) for param in params}
