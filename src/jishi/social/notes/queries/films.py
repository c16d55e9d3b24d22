"""From one film to the next: public films in the order of publication, as far as a viewer may see them."""

from django.db import connection

from jishi.social.notes.contracts import FilmsBeside
from jishi.social.notes.queries.visible import CONDITION

_BESIDE = """
SELECT (SELECT n.code FROM notes_note n WHERE n.state = 'published' AND n.video IS NOT NULL
          AND n.visibility = 'public' AND n.published_no > here.published_no AND {may_see}
        ORDER BY n.published_no LIMIT 1),
       (SELECT n.code FROM notes_note n WHERE n.state = 'published' AND n.video IS NOT NULL
          AND n.visibility = 'public' AND n.published_no < here.published_no AND {may_see}
        ORDER BY n.published_no DESC LIMIT 1)
FROM notes_note here WHERE here.code = %(code)s AND here.published_no IS NOT NULL
""".replace("{may_see}", CONDITION)


def find_films_beside(code: str, *, viewer_id: int | None) -> FilmsBeside:
    """The films published just after and just before one; empty codes at the ends."""
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, {"code": code, "me": viewer_id})
        row = cursor.fetchone()
    return FilmsBeside(newer=row[0] or "", older=row[1] or "") if row else FilmsBeside()
