"""What an import report can say. Codes are stable; texts are translated where the report is shown."""

from collections.abc import Mapping

from jishi.goods.catalog.contracts import ImportIssue
from jishi.kernel.errors import N_

ISSUES_MAX = 5_000

MESSAGES: Mapping[str, str] = {
    "handle_missing": N_("This row has neither a handle nor a title, so it belongs to no product."),
    "handle_made": N_("The handle is blank; it was made from the title."),
    "title_missing": N_("The product “%(handle)s” has no title."),
    "option_missing": N_("A variant of “%(handle)s” has no value for one of its options."),
    "variant_repeated": N_("The variant “%(options)s” already appears in row %(first)s."),
    "too_long": N_("The %(field)s is over the limit of %(limit)s."),
    "field_invalid": N_("The %(field)s is not valid."),
    "field_missing": N_("The %(field)s is missing."),
    "price_missing": N_("There is no price; the variant is not sold until it has one."),
    "price_unreadable": N_("“%(value)s” is not a price."),
    "compare_at_low": N_("The compare-at price is not above the price and was left out."),
    "stock_unreadable": N_("“%(value)s” is not a whole number of pieces."),
    "stock_negative": N_("A stock of %(value)s was imported as 0."),
    "weight_unreadable": N_("“%(value)s” is not a weight; it was left out."),
    "status_unknown": N_("The status “%(value)s” is unknown; the product becomes a draft."),
    "category_unknown": N_("There is no category “%(value)s”; the product keeps the one it has."),
    "brand_new": N_("The brand “%(value)s” will be created."),
    "active_content": N_("Scripts, frames, forms or styles were removed from the description."),
    "address_refused": N_("A picture address that is not http or https was left out."),
    "pictures_recorded": N_(
        "%(count)s picture addresses are recorded; pictures are not fetched from other sites."
    ),
    "variants_dropped": N_("%(count)s variants that are not in the file will be archived."),
    "columns_ignored": N_("%(count)s columns have no place here and are ignored."),
    "cells_extra": N_("This row has more cells than there are columns; the rest was ignored."),
    "type_skipped": N_("Products of the type “%(value)s” are not imported."),
    "parent_missing": N_("The parent “%(value)s” of this variation is not in the file."),
    "sku_repeated": N_("%(count)s variants share a SKU with another one. That is allowed."),
    "stock_promised": N_(
        "%(reserved)s pieces are promised to buyers; the stock becomes that, not %(value)s."
    ),
    "more_issues": N_("%(count)s more lines are not shown."),
}


def import_issue(code: str, *, level: str, row: int = 0, **params: str | int) -> ImportIssue:
    """A line of a report, for whoever composes imports of several domains."""
    return ImportIssue(row, level, code, MESSAGES[code], params)


FIELD_NAMES = (
    N_("attribute"),
    N_("attributes"),
    N_("barcode"),
    N_("brand"),
    N_("category"),
    N_("description"),
    N_("handle"),
    N_("kind"),
    N_("label"),
    N_("labels"),
    N_("name"),
    N_("option name"),
    N_("option value"),
    N_("options"),
    N_("picture address"),
    N_("picture text"),
    N_("pictures"),
    N_("sku"),
    N_("slug"),
    N_("status"),
    N_("tag"),
    N_("tags"),
    N_("title"),
    N_("variants"),
    N_("vendor"),
    N_("weight"),
)
"""What refusals and reports call a field; translated like any other text."""


class Report:
    """Collects issues; beyond a limit only errors are still counted, never lost."""

    def __init__(self) -> None:
        self.issues: list[ImportIssue] = []
        self.hidden = 0
        self.has_error = False

    def error(self, row: int, code: str, **params: str | int) -> None:
        """Something that stops the import."""
        self.has_error = True
        self._add(row, "error", code, params)

    def warning(self, row: int, code: str, **params: str | int) -> None:
        """A value that is imported differently than written."""
        self._add(row, "warning", code, params)

    def note(self, row: int, code: str, **params: str | int) -> None:
        """Something worth telling."""
        self._add(row, "note", code, params)

    def finished(self) -> tuple[ImportIssue, ...]:
        """All issues by row, and how many are not shown."""
        if self.hidden:
            message = MESSAGES["more_issues"]
            level = "error" if self.has_error else "note"
            rest = ImportIssue(0, level, "more_issues", message, {"count": self.hidden})
            return (rest, *sorted(self.issues, key=lambda issue: issue.row))
        return tuple(sorted(self.issues, key=lambda issue: issue.row))

    def _add(self, row: int, level: str, code: str, params: Mapping[str, str | int]) -> None:
        if len(self.issues) >= ISSUES_MAX:
            self.hidden += 1
            return
        self.issues.append(ImportIssue(row, level, code, MESSAGES[code], dict(params)))
