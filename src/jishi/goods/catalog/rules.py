"""Pure rules of the catalogue: limits, cleaning of drafts, slugs. No storage, no clock.

Invariant: what passes :func:`cleaned` fits its columns, contains no control characters and no active HTML.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace

from jishi.goods.catalog import markup
from jishi.goods.catalog.contracts import STATUSES, PendingPicture, ProductDraft, Texts, VariantDraft
from jishi.goods.catalog.errors import (
    FieldInvalid,
    FieldMissing,
    FieldTooLong,
    VariantRepeated,
    VariantsUneven,
)

TITLE_MAX = 255
HANDLE_MAX = 255
DESCRIPTION_MAX = 65_535
OPTION_NAME_MAX = 100
OPTION_VALUE_MAX = 255
SKU_MAX = 255
URL_MAX = 2048
ALT_MAX = 512
TAG_MAX = 100
TAGS_MAX = 250
OPTIONS_MAX = 5
VARIANTS_MAX = 2_000
PICTURES_MAX = 250
ATTRIBUTES_MAX = 100
LABELS_MAX = 2_500
WEIGHT_MAX_G = 100_000_000
LANGUAGES = ("zh-hans", "en")
POPULARITY_HALF_LIFE_S = 30 * 24 * 3600.0
POPULARITY_EPOCH_S = 1_767_225_600.0  # 2026-01-01, the zero of the forward decay

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean_line(value: str, *, name: str, limit: int) -> str:
    """One line of plain text: no control or direction-override characters, spaces collapsed.

    :raises FieldTooLong: longer than ``limit``.
    """
    text = " ".join(_BIDI.sub("", _CONTROL.sub("", str(value))).split())
    if len(text) > limit:
        raise FieldTooLong(field=name, limit=limit)
    return text


def clean_texts(value: Texts, *, name: str, limit: int) -> dict[str, str]:
    """A one-line text in the known languages; empty ones are left out.

    :raises FieldInvalid: a language is unknown.
    :raises FieldTooLong: one is longer than ``limit``.
    """
    _check_languages(value, name)
    lines = {language: clean_line(text, name=name, limit=limit) for language, text in value.items()}
    return {language: text for language, text in lines.items() if text}


def clean_html(value: Texts, *, name: str = "description") -> dict[str, str]:
    """A description in the known languages, sanitised.

    :raises FieldInvalid: a language is unknown.
    :raises FieldTooLong: one is longer than a description may be.
    """
    _check_languages(value, name)
    result = {}
    for language, text in value.items():
        if len(text) > DESCRIPTION_MAX:
            raise FieldTooLong(field=name, limit=DESCRIPTION_MAX)
        html = markup.clean(text)
        if html:
            result[language] = html
    return result


def slug_of(*candidates: str) -> str:
    """The first candidate that leaves something to read in an address, at most 80 characters."""
    for candidate in candidates:
        text = unicodedata.normalize("NFKC", candidate).casefold()
        slug = re.sub(r"[^\w]+|_+", "-", text).strip("-")[:80].strip("-")
        if slug:
            return slug
    return "item"


def popularity_gain(quantity: int, at_s: float) -> float:
    """What a sale at ``at_s`` (Unix time) adds to a listing's popularity."""
    return float(quantity * 2.0 ** ((at_s - POPULARITY_EPOCH_S) / POPULARITY_HALF_LIFE_S))


def cleaned(draft: ProductDraft) -> ProductDraft:
    """The draft as it may be stored.

    :raises FieldMissing: no handle or no title.
    :raises FieldTooLong: a text or list is over its limit.
    :raises FieldInvalid: an unknown status or language, a negative weight, an address that is not http(s).
    :raises VariantsUneven: a variant does not name one value for each option.
    :raises VariantRepeated: two variants have the same values.
    """
    handle = clean_line(draft.handle, name="handle", limit=HANDLE_MAX)
    title = clean_texts(draft.title, name="title", limit=TITLE_MAX)
    for name, value in (("handle", handle), ("title", title)):
        if not value:
            raise FieldMissing(field=name)
    if draft.status not in STATUSES:
        raise FieldInvalid(field="status")
    names = tuple(clean_line(name, name="option name", limit=OPTION_NAME_MAX) for name in draft.option_names)
    _limit(names, "options", OPTIONS_MAX)
    return replace(
        draft,
        handle=handle,
        title=title,
        description=clean_html(draft.description),
        option_names=names,
        variants=_variants(draft.variants, len(names)),
        tags=clean_tags(draft.tags),
        attributes=_attributes(draft.attributes),
        labels=_labels(draft.labels),
        kind=clean_line(draft.kind, name="kind", limit=TITLE_MAX),
        pending=None if draft.pending is None else _pending(draft.pending),
    )


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags in their given order, without blanks and repeats; a comma always separates two.

    :raises FieldTooLong: a tag is too long, or there are too many.
    """
    parts = (part for tag in tags for part in tag.split(","))
    lines = (clean_line(part, name="tag", limit=TAG_MAX) for part in parts)
    result = tuple(dict.fromkeys(line for line in lines if line))
    _limit(result, "tags", TAGS_MAX)
    return result


def _variants(variants: Iterable[VariantDraft], width: int) -> tuple[VariantDraft, ...]:
    result = tuple(_variant(variant, width) for variant in variants)
    if not result:
        raise FieldMissing(field="variants")
    _limit(result, "variants", VARIANTS_MAX)
    seen: set[tuple[str, ...]] = set()
    for variant in result:
        if variant.options in seen:
            raise VariantRepeated(options=" / ".join(variant.options))
        seen.add(variant.options)
    return result


def _variant(variant: VariantDraft, width: int) -> VariantDraft:
    options = tuple(
        clean_line(value, name="option value", limit=OPTION_VALUE_MAX) for value in variant.options
    )
    if len(options) != width or not all(options):
        raise VariantsUneven(options=" / ".join(options))
    if not 0 <= variant.weight_g <= WEIGHT_MAX_G:
        raise FieldInvalid(field="weight")
    return VariantDraft(
        options=options,
        sku=clean_line(variant.sku, name="sku", limit=SKU_MAX),
        weight_g=variant.weight_g,
        barcode=clean_line(variant.barcode, name="barcode", limit=100),
        image_source=clean_url(variant.image_source) if variant.image_source else "",
    )


def clean_url(value: str) -> str:
    """An http(s) address that is only written down, never fetched.

    :raises FieldInvalid: another scheme (file, data, javascript …), or no host.
    :raises FieldTooLong: longer than an address may be.
    """
    url = clean_line(value, name="picture address", limit=URL_MAX)
    if not re.match(r"(?i)https?://[^\s/?#]+", url):
        raise FieldInvalid(field="picture address")
    return url


def _pending(pictures: Iterable[PendingPicture]) -> tuple[PendingPicture, ...]:
    result: dict[str, PendingPicture] = {}
    for picture in pictures:
        url = clean_url(picture.url)
        alt = clean_line(picture.alt, name="picture text", limit=ALT_MAX)
        result.setdefault(url, PendingPicture(url, alt, max(0, picture.position)))
    _limit(result, "pictures", PICTURES_MAX)
    return tuple(result.values())


def _attributes(attributes: Mapping[str, str | Texts]) -> dict[str, str | Texts]:
    _limit(attributes, "attributes", ATTRIBUTES_MAX)
    result: dict[str, str | Texts] = {}
    for name, value in attributes.items():
        key = clean_line(name, name="attribute", limit=OPTION_NAME_MAX)
        if isinstance(value, str):
            result[key] = clean_line(value, name=key, limit=1_000)
        else:
            result[key] = clean_texts(value, name=key, limit=1_000)
    return result


def _labels(labels: Mapping[str, Texts]) -> dict[str, Texts]:
    _limit(labels, "labels", LABELS_MAX)
    return {
        clean_line(source, name="label", limit=1_000): clean_texts(texts, name="label", limit=1_000)
        for source, texts in labels.items()
    }


def _check_languages(value: Texts, name: str) -> None:
    if not isinstance(value, Mapping) or any(language not in LANGUAGES for language in value):
        raise FieldInvalid(field=name)


def _limit(values: Mapping[str, object] | tuple[object, ...], name: str, limit: int) -> None:
    if len(values) > limit:
        raise FieldTooLong(field=name, limit=limit)
