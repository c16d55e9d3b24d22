"""Finding categories and brands by the names people write."""

from jishi.goods.catalog.models import Brand, Category


def folded(name: str) -> str:
    """One spelling of a name for comparison."""
    return " ".join(name.casefold().split())


def brands_by_name() -> dict[str, int]:
    """Every brand by each of its folded names; the oldest wins."""
    rows = Brand.objects.order_by("-pk").values_list("pk", "name")
    return {folded(text): pk for pk, names in rows for text in names.values()}


def categories_by_name() -> dict[str, int]:
    """Every category by its slug, its folded names and its folded paths ("food > tea"); parents win."""
    rows = {row.pk: row for row in Category.objects.order_by("pk")}
    result: dict[str, int] = {}
    for row in sorted(rows.values(), key=lambda row: (-len(row.ancestor_ids), -row.pk)):
        result[row.slug] = row.pk
        for language in {key for part in row.ancestor_ids if part in rows for key in rows[part].name}:
            names = [rows[part].name.get(language, "") for part in row.ancestor_ids if part in rows]
            if all(names):
                result[folded(names[-1])] = row.pk
    for row in rows.values():
        for language in {key for part in row.ancestor_ids if part in rows for key in rows[part].name}:
            names = [rows[part].name.get(language, "") for part in row.ancestor_ids if part in rows]
            if len(names) > 1 and all(names):
                result[folded(" > ".join(names))] = row.pk
    return result
