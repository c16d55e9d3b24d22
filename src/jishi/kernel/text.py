"""Texts in several languages: one jsonb column per text, chosen when it is shown."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

Translated = Mapping[str, str]
"""Language code ("zh-hans", "en") to text."""

LANGUAGES = ("zh-hans", "en")


def pick(value: Translated | None, language: str, fallback: str = "zh-hans") -> str:
    """The text for ``language``, else for ``fallback``, else any, else ''."""
    if not value:
        return ""
    return value.get(language) or value.get(fallback) or next((text for text in value.values() if text), "")


def both(zh_hans: str, en: str) -> dict[str, str]:
    """A text that exists in both shipped languages."""
    return {"zh-hans": zh_hans, "en": en}


class TranslatedField(models.JSONField):
    """``{"zh-hans": "…", "en": "…"}``; keys are language codes, values are texts."""

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        good = isinstance(value, dict) and all(
            isinstance(k, str) and isinstance(v, str) for k, v in value.items()
        )
        if not good:
            raise ValidationError("a text is an object of language codes and strings", code="not_translated")
