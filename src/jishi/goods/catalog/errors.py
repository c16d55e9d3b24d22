"""Refusals of the catalogue. Codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound


class ProductUnknown(NotFound):
    """No such product."""

    code = "catalog.product_unknown"
    message = N_("This product is not here any more.")


class CategoryUnknown(NotFound):
    """No such category."""

    code = "catalog.category_unknown"
    message = N_("This category does not exist.")


class BrandUnknown(NotFound):
    """No such brand."""

    code = "catalog.brand_unknown"
    message = N_("This brand does not exist.")


class CategoryLoop(Conflict):
    """A category would become its own ancestor."""

    code = "catalog.category_loop"
    message = N_("A category cannot sit under itself.")


class FieldMissing(Invalid):
    """A required field is empty."""

    code = "catalog.field_missing"
    message = N_("%(field)s is missing.")


class FieldTooLong(Invalid):
    """A text or list is over its limit."""

    code = "catalog.field_too_long"
    message = N_("%(field)s is too long: at most %(limit)s.")


class FieldInvalid(Invalid):
    """A field has a value that it cannot have."""

    code = "catalog.field_invalid"
    message = N_("%(field)s is not valid.")


class VariantsUneven(Invalid):
    """A variant does not name one value for each option."""

    code = "catalog.variants_uneven"
    message = N_("Each variant needs exactly one value for each option.")


class VariantRepeated(Invalid):
    """Two variants have the same option values."""

    code = "catalog.variant_repeated"
    message = N_("Two variants have the same options: %(options)s.")


class HandleRepeated(Invalid):
    """One batch names the same product twice."""

    code = "catalog.handle_repeated"
    message = N_("The product “%(handle)s” appears twice.")


class SortUnknown(Invalid):
    """A list was asked for in an order that does not exist."""

    code = "catalog.sort_unknown"
    message = N_("Lists cannot be sorted by “%(sort)s”.")


class MediaTooMany(Invalid):
    """The product already carries as many pictures as one may."""

    code = "catalog.media_too_many"
    message = N_("A product can have at most %(limit)s pictures.")


class CsvUnreadable(Invalid):
    """The file as a whole cannot be read as a table."""

    code = "catalog.csv_unreadable"
    message = N_("This file cannot be read as a table.")


class CsvNotText(CsvUnreadable):
    """The bytes are no text in any usual encoding."""

    code = "catalog.csv_not_text"
    message = N_("This is not a text file. Please save the table as CSV and try again.")


class CsvEmpty(CsvUnreadable):
    """There is no row below the header."""

    code = "catalog.csv_empty"
    message = N_("This file has no rows.")


class CsvWithoutHeader(CsvUnreadable):
    """The first row is blank."""

    code = "catalog.csv_without_header"
    message = N_("The first row of this file names no columns.")


class CsvQuoteOpen(CsvUnreadable):
    """A quotation mark is not closed, so that rows would be swallowed."""

    code = "catalog.csv_quote_open"
    message = N_("A quotation mark is opened and not closed near line %(line)s.")


class CsvTooLarge(Invalid):
    """The file is over the limit of bytes; its kinds name other limits."""

    code = "catalog.csv_too_large"
    message = N_("This file is too large: at most %(limit)s MB.")


class CsvTooManyRows(CsvTooLarge):
    """More rows than one import takes."""

    code = "catalog.csv_too_many_rows"
    message = N_("This file has too many rows: at most %(limit)s. Please split it.")


class CsvTooManyColumns(CsvTooLarge):
    """More columns than any shop system writes."""

    code = "catalog.csv_too_many_columns"
    message = N_("This file has too many columns: at most %(limit)s.")


class CsvCellTooLong(CsvTooLarge):
    """One cell is longer than a description may be."""

    code = "catalog.csv_cell_too_long"
    message = N_("A cell near line %(line)s is too long: at most %(limit)s characters.")


class ImportRefused(Conflict):
    """The plan has errors; nothing was changed."""

    code = "catalog.import_refused"
    message = N_("Nothing was imported: %(count)s rows need a correction first.")


class MappingUnconfirmed(Conflict):
    """The columns were only guessed; somebody has to agree first."""

    code = "catalog.mapping_unconfirmed"
    message = N_("Please say first which column is what.")
