"""Recomputes the invariants of money, orders, stock, teams and people from independent sources.

Nothing here trusts a stored sum: every check compares what one domain says with rows that another one wrote.
It reads only, in one snapshot, and imports no domain, so that a fault in a domain's code cannot hide itself.
"""

import json
import sys
from dataclasses import asdict, dataclass

from django.db import connection, transaction

from jishi.kernel import seal
from jishi.verification import (
    books,
    campaigns,
    care,
    content,
    deals,
    experiments,
    learned,
    opinions,
    people,
    plays,
    portraits,
    reach,
    sales,
    shelves,
    talk,
    together,
)
from jishi.verification.checks import Check

EXAMPLES = 5

ALL: tuple[Check, ...] = (
    *books.CHECKS,
    *deals.CHECKS,
    *sales.CHECKS,
    *together.CHECKS,
    *shelves.CHECKS,
    *people.CHECKS,
    *learned.CHECKS,
    *talk.CHECKS,
    *opinions.CHECKS,
    *plays.CHECKS,
    *portraits.CHECKS,
    *experiments.CHECKS,
    *campaigns.CHECKS,
    *care.CHECKS,
    *reach.CHECKS,
    *content.CHECKS,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: how many things were looked at, how many are broken, and a few of those."""

    id: str
    title: str
    checked: int
    broken: int
    examples: tuple[str, ...]


PATIENCE = "SET LOCAL statement_timeout = '15min'"
"""A page needs a limit; a check reads whole tables, now and then before the database knows their sizes."""


def run() -> list[Finding]:
    """Run every check in one repeatable-read snapshot."""
    findings = []
    with transaction.atomic():
        if not connection.in_atomic_block or not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with connection.cursor() as cursor:
            cursor.execute(PATIENCE)
        for check in ALL:
            findings.append(_run_one(check))
        checked, wrong = experiments.count_and_find()
    shown = tuple(wrong[:EXAMPLES])
    findings.append(Finding("I17", experiments.TITLE, checked, len(wrong), shown))
    findings.extend(_run_seal(name) for name in seal.names())
    return findings


def main(*, as_json: bool = False) -> int:
    """Print the findings; returns the exit code of the command, 1 on any break."""
    findings = run()
    broken = sum(finding.broken for finding in findings)
    if as_json:
        report = {
            "checked": sum(finding.checked for finding in findings),
            "broken": broken,
            "checks": [asdict(finding) for finding in findings],
        }
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
        return 1 if broken else 0
    for finding in findings:
        mark = "ok  " if not finding.broken else "BAD "
        sys.stdout.write(f"{mark} {finding.id:<4} {finding.title}: {finding.checked:,} checked")
        sys.stdout.write(f", {finding.broken:,} broken\n" if finding.broken else "\n")
        for example in finding.examples:
            sys.stdout.write(f"       {example}\n")
    total = sum(finding.checked for finding in findings)
    sys.stdout.write(f"{total:,} checked, {broken:,} broken\n")
    return 1 if broken else 0


def _run_one(check: Check) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(check.population)
        checked = int(cursor.fetchone()[0] or 0)
        cursor.execute(
            f"SELECT count(*) OVER (), subject, problem FROM ({check.broken}) AS b LIMIT {EXAMPLES}"  # noqa: S608
        )
        rows = cursor.fetchall()
    examples = tuple(f"{subject}: {problem}" for _, subject, problem in rows)
    return Finding(check.id, check.title, checked, int(rows[0][0]) if rows else 0, examples)


def _run_seal(name: str) -> Finding:
    checked, broken = seal.verify(name)
    examples = tuple(f"rows {b.first_id} to {b.last_id}: {b.reason}" for b in broken[:EXAMPLES])
    return Finding("I3", f"the seal of {name} is unbroken", checked, len(broken), examples)
