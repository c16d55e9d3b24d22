"""What the lane asks about conversations: who may listen, and the lines after a number. No Django.

A line leaves as the same JSON for every reader, so it is read and written once per process. It carries no
text of the interface: pages fetch their own rendering, programs make theirs.
"""

from typing import Any

import psycopg

READ_MOST = 200

_READERS = """
SELECT m.person_id FROM messaging_conversation c JOIN messaging_member m ON m.conversation_id = c.id
WHERE c.code = %(code)s AND m.left_at IS NULL
UNION
SELECT s.person_id FROM messaging_conversation c JOIN merchants_shopstaff s ON s.shop_id = c.shop_id
WHERE c.code = %(code)s
"""
_MAY_LISTEN = f"""
SELECT c.last_no, coalesce((SELECT m.since_no FROM messaging_member m
                            WHERE m.conversation_id = c.id AND m.person_id = %(person)s), 0)
FROM messaging_conversation c JOIN accounts_user u ON u.id = %(person)s
WHERE c.code = %(code)s AND u.is_active AND u.token_epoch = %(epoch)s AND %(person)s IN ({_READERS})
"""  # noqa: S608 - made of constants
_IS_CURRENT = "SELECT 1 FROM accounts_user WHERE id = %(person)s AND is_active AND token_epoch = %(epoch)s"
_LINES = """
SELECT x.no, x.code, x.kind,
       CASE WHEN x.hidden_at IS NULL THEN x.text END,
       CASE WHEN x.hidden_at IS NULL THEN x.picture ->> 'file' END,
       x.card_kind, x.card_code, x.event, x.about_no, x.from_shop,
       u.code, u.nickname, extract(epoch FROM x.sent_at)
FROM messaging_message x JOIN messaging_conversation c ON c.id = x.conversation_id
LEFT JOIN accounts_user u ON u.id = x.sender_id
WHERE c.code = %(code)s AND x.no > %(after)s ORDER BY x.no LIMIT %(most)s
"""


async def may_listen(
    connection: psycopg.AsyncConnection[Any], *, code: str, person_id: int, epoch: int
) -> tuple[int, int] | None:
    """Return (newest number, number from which this person sees lines), or None when they may not listen."""
    cursor = await connection.execute(_MAY_LISTEN, {"code": code, "person": person_id, "epoch": epoch})
    row = await cursor.fetchone()
    return None if row is None else (int(row[0]), int(row[1]))


async def is_current(connection: psycopg.AsyncConnection[Any], *, person_id: int, epoch: int) -> bool:
    """Say whether a person's token was not revoked since it was made."""
    cursor = await connection.execute(_IS_CURRENT, {"person": person_id, "epoch": epoch})
    return await cursor.fetchone() is not None


async def list_readers(connection: psycopg.AsyncConnection[Any], *, code: str) -> frozenset[int]:
    """Return everybody who may read a conversation at this moment."""
    cursor = await connection.execute(_READERS, {"code": code})
    return frozenset(row[0] for row in await cursor.fetchall())


async def list_lines(
    connection: psycopg.AsyncConnection[Any], *, code: str, after: int
) -> list[tuple[int, dict[str, Any]]]:
    """Return (number, line) for what came after a number, in order, at most `READ_MOST`."""
    cursor = await connection.execute(_LINES, {"code": code, "after": after, "most": READ_MOST})
    return [(row[0], _line(row)) for row in await cursor.fetchall()]


def _line(row: tuple[Any, ...]) -> dict[str, Any]:
    no, code, kind, text, picture, card_kind, card_code, event, about, from_shop, sender, name, at = row
    line = {"no": no, "code": code, "kind": kind, "text": text or "", "sender": sender, "name": name}
    line |= {"at_ms": int(at * 1000), "from_shop": from_shop}
    if picture:
        line["picture"] = picture
    if card_kind:
        line["card"] = {"kind": card_kind, "code": card_code}
    if event:
        line |= {"event": event, "about": about}
    return line
