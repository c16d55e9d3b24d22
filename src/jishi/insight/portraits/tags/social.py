"""How somebody lives among others here: whom they know, what they write, whom they bring."""

# ruff: noqa: E501 - a text and an expression are each read on one line

from jishi.insight.portraits.contracts import Choice, Family
from jishi.insight.portraits.tags.definition import CONTRACT, DAY, Definition, Writer
from jishi.kernel.errors import N_

_of = Writer(Family.SOCIAL)
_GRAPH = N_("From the follows that are in force.")
_WRITES = N_("%(notes)s notes, %(comments)s comments and %(likes_given)s likes so far.")
_LINKS = N_("%(links)s links made, %(link_visits)s visitors, %(share_orders)s orders.")
_ACTS = "coalesce(n.acts_30, 0)"

TAGS: tuple[Definition, ...] = (
    _of.number(
        "followers", N_("Followers"), N_("people who follow them"), "coalesce(g.followers, 0)",
        unit="people", evidence=_GRAPH, used_by=("screen:person", "segment:builder", "model:clusters"),
    ),
    _of.number(
        "following", N_("Following"), N_("people they follow"), "coalesce(g.following, 0)",
        unit="people", evidence=_GRAPH, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "friends", N_("Friends"), N_("people who follow each other with them"), "coalesce(g.friends, 0)",
        unit="people", evidence=_GRAPH, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "communities", N_("Communities"), N_("communities they are a member of"), "coalesce(co.n, 0)",
        unit="communities", evidence=N_("From the lists of members."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "notes", N_("Notes written"), N_("notes that are published"), "coalesce(n.notes, 0)",
        unit="notes", evidence=_WRITES, used_by=("screen:person", "segment:builder", "model:clusters"),
    ),
    _of.number(
        "notes_30", N_("Notes in 30 days"), N_("notes published in the last 30 days"),
        "coalesce(n.notes_30, 0)", unit="notes", fresh=DAY, evidence=_WRITES,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "comments", N_("Comments written"), N_("comments that can be read"), "coalesce(n.comments, 0)",
        unit="comments", evidence=_WRITES, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "likes_given", N_("Likes given"), N_("notes they like"), "coalesce(n.likes, 0)",
        unit="times", evidence=_WRITES, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "favourites", N_("Notes kept"), N_("notes in their folders"), "coalesce(n.favourites, 0)",
        unit="notes", evidence=_WRITES, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "likes_got", N_("Likes received"), N_("likes of their published notes"), "coalesce(n.likes_got, 0)",
        unit="times", evidence=_WRITES, used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "reviews", N_("Reviews"), N_("reviews that can be read"), "coalesce(r.n, 0)",
        unit="reviews", evidence=N_("%(reviews)s reviews of what they bought."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "stars", N_("Stars they give"), N_("mean stars of their reviews, times ten"), "round(10 * r.stars)",
        unit="tenths", evidence=N_("%(reviews)s reviews of what they bought."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "answers", N_("Questions answered"), N_("answers to questions of others about goods"),
        "coalesce(r.answers, 0)", unit="answers", evidence=N_("From published answers."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "links_90", N_("Links shared in 90 days"), N_("share links made in the last 90 days"),
        "coalesce(sh.links_90, 0)", unit="links", fresh=DAY, evidence=_LINKS,
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "link_visits", N_("Visitors brought"), N_("people and browsers that opened their links"),
        "coalesce(sh.visits, 0)", unit="people", evidence=_LINKS,
        used_by=("screen:person", "segment:builder", "model:clusters"),
    ),
    _of.number(
        "share_orders", N_("Orders brought"), N_("paid orders that began at their links"),
        "coalesce(sh.orders, 0)", unit="orders", evidence=_LINKS,
        used_by=("screen:person", "segment:voices"),
    ),
    _of.number(
        "invited_people", N_("People invited"), N_("people who took their invitation"),
        "coalesce(iv2.n, 0)", unit="people", evidence=N_("From the invitations that were used."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "teams_led", N_("Teams led"), N_("teams they opened and paid for"), "coalesce(pl.led, 0)",
        unit="teams", basis=CONTRACT, evidence=N_("From %(team_seats)s paid seats in teams."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.number(
        "teams_joined", N_("Teams joined"), N_("paid seats in teams of others"), "coalesce(pl.joined, 0)",
        unit="teams", basis=CONTRACT, evidence=N_("From %(team_seats)s paid seats in teams."),
        used_by=("screen:person", "segment:builder"),
    ),
    _of.choice(
        "social_activity", N_("Social life"),
        N_("active: five deeds in 30 days; potential: some deed or people around; silent: neither"),
        f"CASE WHEN {_ACTS} >= 5 THEN 'active'"
        f" WHEN {_ACTS} > 0 OR coalesce(g.following, 0) + coalesce(g.followers, 0) >= 3"
        " OR coalesce(co.n, 0) > 0 THEN 'potential' ELSE 'silent' END",
        Choice("active", N_("active")), Choice("potential", N_("could be active")),
        Choice("silent", N_("silent")),
        evidence=N_("%(acts_30)s notes, comments, likes, kept notes and links in 30 days."),
        used_by=("screen:person", "segment:socially_active", "segment:socially_potential", "segment:socially_silent"),
    ),
    _of.choice(
        "influence", N_("Reach"),
        N_("followers, five for a visitor brought, twenty for an order brought, against everybody with any"),
        "CASE WHEN p.reach = 0 THEN 'none' WHEN p.reach >= m.reach[2] THEN 'high'"
        " WHEN p.reach >= m.reach[1] THEN 'middle' ELSE 'low' END",
        Choice("none", N_("none")), Choice("low", N_("small")), Choice("middle", N_("middling")),
        Choice("high", N_("large")),
        evidence=_LINKS, used_by=("screen:person", "segment:voices"),
    ),
)  # fmt: skip
