"""What stands in the operator console's side navigation."""

from jishi.kernel.errors import N_
from jishi.surfaces.shell.navigation import Entry, Group

GROUPS = (
    Group("", (Entry(N_("Overview"), "ops:overview", "chart", ("overview",)),)),
    Group(
        N_("Trade"),
        (
            Entry(N_("Orders"), "ops:orders", "box", ("orders", "order", "refund", "settle_delivery")),
            Entry(N_("Teams"), "ops:teams", "team", ("teams", "team")),
            Entry(N_("Running now"), "ops:plays", "flame", ("plays", "play")),
            Entry(N_("Flash sale"), "ops:flash", "clock", ("flash",)),
            Entry(N_("Presales"), "ops:presales", "wallet", ("presales", "presale")),
            Entry(N_("Community purchase"), "ops:rounds", "pin", ("rounds", "round", "leaders", "leader")),
            Entry(N_("Sharing"), "ops:shares", "share", ("shares",)),
            Entry(N_("Shops"), "ops:shops", "shop", ("shops",)),
        ),
    ),
    Group(
        N_("Insight"),
        (
            Entry(N_("Insights"), "ops:insights", "chart", ("insights", "insight")),
            Entry(N_("Boards"), "ops:boards", "grid", ("boards", "board")),
            Entry(N_("Scheduled reports"), "ops:reports", "mail", ("reports", "report")),
            Entry(N_("Segments"), "ops:audiences", "filter", ("audiences", "audience")),
            Entry(N_("Users"), "ops:people", "user", ("people", "person")),
            Entry(N_("Stages of life"), "ops:lifecycle", "refund", ("lifecycle",)),
            Entry(N_("Social network"), "ops:networks", "team", ("networks", "network_person")),
            Entry(N_("Trends"), "ops:trends", "flame", ("trends",)),
            Entry(N_("Goods for a campaign"), "ops:selection", "bag", ("selection",)),
            Entry(N_("Surveys"), "ops:surveys", "chat", ("surveys", "survey")),
            Entry(
                N_("Experiments"),
                "ops:experiments",
                "chart",
                ("experiments", "experiment", "price_trial", "price_trial_new"),
            ),
            Entry(N_("Rankings against each other"), "ops:contests", "sort", ("contests", "contest")),
            Entry(N_("Behaviour events"), "ops:events", "list", ("events",)),
        ),
    ),
    Group(
        N_("Growth"),
        (
            Entry(N_("Strategies"), "ops:strategies", "flame", ("strategies", "strategy")),
            Entry(N_("Campaigns"), "ops:campaigns", "bell", ("campaigns", "campaign")),
            Entry(N_("Content plan"), "ops:content", "edit", ("content",)),
            Entry(N_("Storefront slots"), "ops:slots", "image", ("slots", "slot")),
            Entry(N_("Landing pages"), "ops:landing_pages", "grid", ("landing",)),
            Entry(N_("Steps of newcomers"), "ops:onboarding", "user", ("onboarding",)),
            Entry(N_("Feedback"), "ops:feedback_index", "chat", ("feedback",)),
            Entry(N_("Tasks"), "ops:teamwork", "check", ("teamwork",)),
        ),
    ),
    Group(
        N_("House"),
        (
            Entry(N_("Finance"), "ops:finance", "wallet", ("finance", "settlements", "retry_refund")),
            Entry(N_("Payouts"), "ops:payouts", "refund", ("payouts", "payout")),
            Entry(N_("Moderation"), "ops:moderation", "warn", ("moderation",)),
            Entry(N_("Challenges"), "ops:challenges", "crown", ("challenges", "challenge")),
            Entry(N_("What reviews judge"), "ops:aspects", "heart", ("aspects",)),
            Entry(N_("Health"), "ops:health", "shield", ("health", "retry_event")),
            Entry(N_("Audit trail"), "ops:audit", "list", ("audit", "verify_seal")),
            Entry(N_("Components"), "ops:styleguide", "grid", ("styleguide",)),
            Entry(N_("Back office"), "admin:index", "gear", ()),
        ),
    ),
)
