"""Who somebody is: what they told about themselves. A shop needs these to serve them."""

# ruff: noqa: E501 - a text and an expression are each read on one line

from jishi.insight.portraits.contracts import Choice, Family
from jishi.insight.portraits.tags.definition import CONSENT, CONTRACT, DAY, Definition, Writer
from jishi.kernel.errors import N_

_of = Writer(Family.STATIC, CONTRACT)

TAGS: tuple[Definition, ...] = (
    _of.number(
        "member_days", N_("Days as a member"), N_("days since the account was made"),
        "m.today - (u.joined_at AT TIME ZONE m.zone)::date",
        unit="days", fresh=DAY, evidence=N_("The account was made on %(joined_on)s."),
        used_by=("screen:person", "segment:newcomers", "model:clusters"),
    ),
    _of.choice(
        "language", N_("Language"), N_("the language of their pages"), "u.language",
        Choice("zh-hans", N_("Chinese")), Choice("en", N_("English")),
        evidence=N_("Chosen in the settings."), used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "flag", "has_phone", N_("Proved a phone number"), N_("a phone number was proved with a code"),
        "u.phone_verified",
        evidence=N_("From the account."), used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "flag", "has_email", N_("Has an e-mail address"), N_("an e-mail address is on the account"),
        "u.email IS NOT NULL",
        evidence=N_("From the account."), used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "text", "country", N_("Country"), N_("the country parcels are sent to"), "ad.country",
        evidence=N_("From %(addresses)s delivery addresses."), used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "text", "region", N_("Region"), N_("the region that was noted last with what they did"),
        "l.region", basis=CONSENT,
        evidence=N_("From %(events_90)s events of the last 90 days."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "text", "told_place", N_("Place on the profile"), N_("where they say they live"),
        "nullif(pr.place, '')", basis=CONSENT,
        evidence=N_("Written on their own profile."), used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "profile_done", N_("Profile filled in"), N_("how much of the profile is filled in"),
        "20 * ((u.avatar <> '')::int + (coalesce(pr.bio, '') <> '')::int + (coalesce(pr.place, '') <> '')::int"
        " + u.phone_verified::int + (u.email IS NOT NULL)::int)",
        unit="percent", evidence=N_("Picture, words, place, phone and e-mail count a fifth each."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "flag", "is_shop_staff", N_("Works in a shop"), N_("is on the staff of a shop here"), "sf.person_id IS NOT NULL",
        evidence=N_("From the staff lists of shops."), used_by=("screen:person", "segment:builder"),
    ),
    _of.other(
        "flag", "is_invited", N_("Came by an invitation"), N_("took a friend's invitation"),
        "iv.person_id IS NOT NULL",
        evidence=N_("From the invitations that were used."), used_by=("screen:person", "segment:builder"),
    ),
)  # fmt: skip
