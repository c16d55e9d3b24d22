"""A small program: the rows of some users in some files, as JSON lines. Its task comes by standard input.

It runs as a process of its own because who asks may be answering requests, and Arrow is never loaded there.
"""

import json
import sys


def main() -> int:
    """Read {"files": […], "users": […]} and print every row of these users."""
    import pyarrow.parquet as parquet  # noqa: PLC0415 - heavy

    task = json.load(sys.stdin)
    for path in task["files"]:
        table = parquet.read_table(path, filters=[("user_id", "in", task["users"])], partitioning=None)
        for row in table.to_pylist():
            kept = {name: value for name, value in row.items() if value not in (None, "")}
            sys.stdout.write(json.dumps(kept, default=str, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
