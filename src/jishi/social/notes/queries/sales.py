"""What a note sold. Reads the tables of shares and orders: one statement joins link, order and line."""

from django.db import connection

from jishi.social.notes.contracts import NoteSales

_SOLD = """
SELECT o.currency, count(DISTINCT o.id), coalesce(sum(l.quantity), 0)::bigint,
       coalesce(sum(l.total_minor), 0)::bigint
FROM shares_sharelink s
JOIN shares_shareorder so ON so.link_id = s.id
JOIN orders_order o ON o.code = so.order_code
JOIN orders_orderline l ON l.order_id = o.id
JOIN notes_note n ON n.code = s.key
WHERE s.kind = 'note' AND s.key = %(code)s AND o.paid_at IS NOT NULL AND o.buyer_id <> n.author_id
  AND o.state NOT IN ('refunding', 'refunded')
  AND EXISTS (SELECT 1 FROM notes_pin p WHERE p.note_id = n.id AND p.product_id = l.product_id)
GROUP BY o.currency
"""


def sold_by_note(code: str) -> NoteSales:
    """Return what was bought through a note: its pinned products in orders that were paid and not refunded.

    Any link to the note counts, also a reader's; what its author bought does not.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SOLD, {"code": code})
        found = cursor.fetchall()
    return NoteSales(
        orders=sum(row[1] for row in found),
        units=sum(row[2] for row in found),
        amounts_minor={row[0]: row[3] for row in found},
    )
