"""What merchandising keeps about one person, for themselves."""

from typing import Any

from jishi.growth.merchandising.models import Chosen, Pace, Seen, SignUp


def export_person(*, person_id: int) -> dict[str, Any]:
    """What somebody was shown and closed, what was chosen for them, and where they signed up."""
    seen = Seen.objects.filter(person_id=person_id).select_related("placement").order_by("pk")
    chosen = Chosen.objects.filter(person_id=person_id).select_related("placement").order_by("pk")
    joined = SignUp.objects.filter(person_id=person_id).select_related("page").order_by("pk")
    return {
        "shown": [
            {
                "title": dict(row.placement.title),
                "times": row.total,
                "last_at": row.last_at.isoformat(),
                "followed": row.clicked_at.isoformat() if row.clicked_at else None,
                "closed": row.dismissed_at.isoformat() if row.dismissed_at else None,
            }
            for row in seen
        ],
        "paces": [
            {"slot": row.slot, "on": row.on_day.isoformat(), "shown": row.shown}
            for row in Pace.objects.filter(person_id=person_id).order_by("on_day", "slot")
        ],
        "chosen_for_me": [
            {
                "title": dict(row.placement.title),
                "at": row.chosen_at.isoformat(),
                "until": row.until.isoformat(),
            }
            for row in chosen
        ],
        "signed_up": [
            {
                "page": row.page.slug,
                "at": row.at.isoformat(),
                "agreed_to": row.words,
                "withdrawn": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
            }
            for row in joined
        ],
    }
