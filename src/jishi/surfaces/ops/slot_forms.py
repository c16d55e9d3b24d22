"""What the forms of slots and landing pages send, read into drafts; and the words their fields show.

Invariant: what was typed comes back as it was typed when something is refused.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from jishi.goods.catalog import queries as catalog
from jishi.growth.merchandising import operations as merchandising
from jishi.growth.merchandising import queries
from jishi.growth.merchandising.contracts import (
    MEMBERS,
    VISITORS,
    Block,
    BlockKind,
    LandingDraft,
    PlacementDraft,
)
from jishi.growth.merchandising.errors import PageInvalid, PlacementInvalid
from jishi.insight.portraits import queries as portraits
from jishi.surfaces.shell.formats import PLATFORM_ZONE

WORDS = ("title", "text", "summary")


def words(post: Mapping[str, str], name: str) -> dict[str, str]:
    """A text in both languages."""
    return {"zh-hans": post.get(f"{name}_zh", "").strip(), "en": post.get(f"{name}_en", "").strip()}


def moment(text: str) -> datetime | None:
    """The moment of a `datetime-local` field, in the platform's zone; None when it is empty.

    :raises ValueError: it is none.
    """
    if not text.strip():
        return None
    typed = datetime.fromisoformat(text.strip()[:32])
    zoned = typed if typed.tzinfo else typed.replace(tzinfo=PLATFORM_ZONE)
    return zoned.astimezone(UTC)


def typed_moment(at: datetime | None) -> str:
    """A moment as its field shows it."""
    return at.astimezone(PLATFORM_ZONE).strftime("%Y-%m-%dT%H:%M") if at else ""


def placement(request: HttpRequest, old: PlacementDraft | None) -> PlacementDraft:
    """The placement that was typed; a new picture is stored, the old one stays without one.

    :raises PlacementInvalid: a field cannot be read.
    :raises PictureUnreadable: not a picture of an accepted format.
    :raises PictureTooLarge: too many bytes or pixels.
    """
    post = request.POST
    slot = old.slot if old is not None else post.get("slot", "")
    picture = dict(old.picture) if old is not None and not post.get("remove_picture") else {}
    upload = request.FILES.get("picture")
    if isinstance(upload, UploadedFile):
        picture = merchandising.store_picture(data=upload.read(), slot=slot)
    return PlacementDraft(
        slot=slot,
        title=words(post, "title"),
        text=words(post, "text"),
        picture=picture,
        url=post.get("url", ""),
        starts_at=_placed_at(post, "starts_at"),
        ends_at=_placed_at(post, "ends_at"),
        priority=_number(post, "priority", -100),
        audiences=tuple(post.getlist("audience")),
        is_for_chosen=bool(post.get("is_for_chosen")),
        regions=tuple(post.getlist("region")),
        seasons=tuple(post.getlist("season")),
        per_day=_number(post, "per_day"),
        in_all=_number(post, "in_all"),
        product_ids=_goods(post.get("goods", "")),
    )


def filled(draft: PlacementDraft) -> dict[str, object]:
    """What the fields show for a placement."""
    cards = catalog.list_cards(draft.product_ids, language="zh-hans") if draft.product_ids else {}
    return {
        "title_zh": draft.title.get("zh-hans", ""),
        "title_en": draft.title.get("en", ""),
        "text_zh": draft.text.get("zh-hans", ""),
        "text_en": draft.text.get("en", ""),
        "url": draft.url,
        "starts_at": typed_moment(draft.starts_at),
        "ends_at": typed_moment(draft.ends_at),
        "priority": draft.priority,
        "audience": list(draft.audiences),
        "is_for_chosen": draft.is_for_chosen,
        "region": list(draft.regions),
        "season": list(draft.seasons),
        "per_day": draft.per_day,
        "in_all": draft.in_all,
        "goods": " ".join(cards[one].code for one in draft.product_ids if one in cards),
    }


def sent(post: QueryDict) -> dict[str, object]:
    """What the fields show again after a refusal."""
    given: dict[str, object] = {name: post.get(name, "") for name in post}
    return given | {name: post.getlist(name) for name in ("audience", "region", "season")}


def audiences() -> list[tuple[str, str]]:
    """Whom something can be for."""
    rows = [(VISITORS, gettext("Visitors who are not signed in")), (MEMBERS, gettext("Everybody signed in"))]
    for one in portraits.list_stages():
        rows.append((f"stage:{one.code}", gettext("Stage: %(name)s") % {"name": gettext(one.name)}))
    return rows + [(f"segment:{one.code}", one.name) for one in portraits.list_segments()]


def seasons() -> list[tuple[str, str]]:
    """The seasons in words."""
    names = {
        "spring": gettext("Spring"),
        "summer": gettext("Summer"),
        "autumn": gettext("Autumn"),
        "winter": gettext("Winter"),
    }
    return [(code, names[code]) for code in queries.list_seasons()]


def states() -> dict[str, tuple[str, str]]:
    """The states of placements and pages in words, with their tones."""
    return {
        "on": (gettext("Shown"), "ok"),
        "waiting": (gettext("Waits for a second person"), "hot"),
        "draft": (gettext("Draft"), "gold"),
        "off": (gettext("Taken out"), ""),
        "published": (gettext("Public"), "ok"),
    }


def field_name(code: str) -> str:
    """What a refusal is about, in words."""
    names = {
        "slot": gettext("the slot"),
        "title": gettext("the title, in both languages"),
        "text": gettext("the text"),
        "url": gettext("the address: a path of this shop, such as /search/"),
        "goods": gettext("the goods: codes of products, at most 12"),
        "starts_at": gettext("the beginning"),
        "ends_at": gettext("the end: after the beginning, at most 400 days"),
        "priority": gettext("the priority: -100 to 100"),
        "limits": gettext("the limits"),
        "seasons": gettext("the seasons"),
        "audience": gettext("the audience"),
        "regions": gettext("the regions"),
        "slug": gettext("the address: small letters, digits and hyphens; it stays once the page was public"),
        "summary": gettext("the summary"),
        "codes": gettext("the codes: each must be there for everybody to see"),
        "until": gettext("the end of the countdown: the page's own, or a team offer that ends"),
        "blocks": gettext("the blocks: at least one, at most 24"),
        "kind": gettext("the kind"),
        "needed": gettext("the number: 1 to 10"),
        "gift": gettext("the gift: one that is there, and a budget that reaches for one at least"),
        "budget": gettext("the budget: not below what is spent"),
        "steps": gettext("the steps: at least one, at most eight"),
    }
    kinds = dict(block_kinds())
    return names.get(code) or kinds.get(code) or code


# --- landing pages ---------------------------------------------------------------------------------------


def landing(request: HttpRequest, old: LandingDraft | None) -> LandingDraft:
    """The settings of a landing page that were typed.

    :raises PageInvalid: the end cannot be read.
    :raises PictureUnreadable: not a picture of an accepted format.
    :raises PictureTooLarge: too many bytes or pixels.
    """
    post = request.POST
    picture = dict(old.picture) if old is not None and not post.get("remove_picture") else {}
    upload = request.FILES.get("picture")
    if isinstance(upload, UploadedFile):
        picture = merchandising.store_page_picture(data=upload.read())
    try:
        ends_at = moment(post.get("ends_at", ""))
    except ValueError:
        raise PageInvalid(field="ends_at") from None
    # The field shows minutes; an untouched end keeps its seconds.
    if old is not None and typed_moment(old.ends_at) == post.get("ends_at", ""):
        ends_at = old.ends_at
    return LandingDraft(
        slug=post.get("slug", old.slug if old else ""),
        title=words(post, "title"),
        summary=words(post, "summary"),
        picture=picture,
        ends_at=ends_at,
        campaign_code=post.get("campaign", old.campaign_code if old else "")[:12],
    )


def block(request: HttpRequest, old: Block) -> Block:
    """A block as it was changed.

    :raises PictureUnreadable: not a picture of an accepted format.
    :raises PictureTooLarge: too many bytes or pixels.
    """
    post = request.POST
    upload = request.FILES.get("picture")
    picture = old.picture
    if isinstance(upload, UploadedFile):
        picture = merchandising.store_page_picture(data=upload.read())
    return replace(
        old,
        title=words(post, "title"),
        text=words(post, "text"),
        url=post.get("url", ""),
        codes=tuple(post.get("codes", "").replace(",", " ").split()),
        until=post.get("until", ""),
        picture=picture,
    )


def rearranged(blocks: list[Block], verb: str, key: str, request: HttpRequest) -> list[Block]:
    """The blocks after one of them was added, saved, moved or removed.

    :raises PageInvalid: there is no such block, or no such kind.
    """
    if verb == "add":
        taken = {one.key for one in blocks}
        fresh = next(name for number in range(1, 99) if (name := f"b{number}") not in taken)
        return [*blocks, Block(fresh, request.POST.get("kind", ""))]
    place = next((number for number, one in enumerate(blocks) if one.key == key), None)
    if place is None:
        raise PageInvalid(field="blocks")
    if verb == "save":
        blocks[place] = block(request, blocks[place])
    elif verb == "remove":
        del blocks[place]
    elif verb in ("up", "down"):
        other = place + (-1 if verb == "up" else 1)
        if 0 <= other < len(blocks):
            blocks[place], blocks[other] = blocks[other], blocks[place]
    return blocks


def block_kinds() -> list[tuple[str, str]]:
    """The kinds of blocks in words."""
    return [
        (BlockKind.TEXT, gettext("Paragraphs")),
        (BlockKind.PICTURE, gettext("Picture")),
        (BlockKind.GOODS, gettext("Goods")),
        (BlockKind.TEAMS, gettext("Open teams")),
        (BlockKind.NOTES, gettext("Notes")),
        (BlockKind.COUNTDOWN, gettext("Countdown")),
        (BlockKind.SIGN_UP, gettext("Sign-up list")),
    ]


def _placed_at(post: Mapping[str, str], name: str) -> datetime | None:
    try:
        return moment(post.get(name, ""))
    except ValueError:
        raise PlacementInvalid(field=name) from None


def _number(post: Mapping[str, str], name: str, least: int = 0) -> int:
    text = post.get(name, "").strip() or "0"
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 6) or int(text) < least:
        raise PlacementInvalid(field="priority" if name == "priority" else "limits")
    return int(text)


def _goods(text: str) -> tuple[int, ...]:
    codes = text.replace(",", " ").split()
    if len(codes) > 12:
        raise PlacementInvalid(field="goods")
    found = [catalog.find_product_id(code[:20]) for code in codes]
    if None in found:
        raise PlacementInvalid(field="goods")
    return tuple(one for one in found if one is not None)
