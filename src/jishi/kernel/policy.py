"""Rule packs: what the law of a place allows, as data. The kernel knows how to read them, not what they say.

A pack is a TOML file in ``jishi/config/rulepacks``; keys are dotted paths such as
``group_buy.virtual_completion``.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from django.conf import settings

from jishi.kernel.errors import InvariantBroken


@dataclass(frozen=True, slots=True)
class RulePack:
    """The rules of one jurisdiction."""

    code: str
    rules: Mapping[str, Any]

    def get(self, path: str, default: Any) -> Any:
        """The rule at ``path``, or ``default`` where the pack is silent."""
        value: Any = self.rules
        for step in path.split("."):
            if not isinstance(value, Mapping) or step not in value:
                return default
            value = value[step]
        return value


def pack(code: str | None = None) -> RulePack:
    """The pack called ``code``, by default the one this installation runs under.

    :raises InvariantBroken: there is no such pack.
    """
    return _load(code or settings.JISHI_RULE_PACK)


@cache
def _load(code: str) -> RulePack:
    file = resources.files("jishi.config") / "rulepacks" / f"{code}.toml"
    if not code.isalnum() or not file.is_file():
        raise InvariantBroken(f"there is no rule pack {code!r}")
    return RulePack(code, tomllib.loads(file.read_text(encoding="utf-8")))
