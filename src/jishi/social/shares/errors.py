"""What can be wrong with a share link; the codes are public and append-only."""

from jishi.kernel.errors import N_, Invalid, NotFound, Unavailable


class ShareNotFound(NotFound):
    """No such link."""

    code = "shares.not_found"
    message = N_("This link leads nowhere. It may have been copied incompletely.")


class ShareKindUnknown(Invalid):
    """Only products, teams and shops can be shared."""

    code = "shares.kind_unknown"
    message = N_("This cannot be shared.")


class PosterFontMissing(Unavailable):
    """No font on this machine has Chinese characters, so a Chinese poster would be empty boxes."""

    code = "shares.poster_font_missing"
    message = N_(
        "Posters need a font with Chinese characters. Install Noto Sans CJK or set JISHI_POSTER_FONT."
    )
