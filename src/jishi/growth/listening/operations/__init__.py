"""What is done with feedback: taking it in, looking after it, changing something, forgetting."""

from jishi.growth.listening.operations.caring import (
    answer,
    close,
    forget,
    hand_to,
    reopen,
    set_themes,
)
from jishi.growth.listening.operations.changing import (
    link,
    make_change,
    measure_due,
    tell,
)
from jishi.growth.listening.operations.intake import (
    store_picture,
    suggest,
    take_comment,
    take_line,
    take_review,
    take_said,
    take_survey,
)
from jishi.growth.listening.operations.theming import (
    open_ready,
    put_away_theme,
    save_theme,
    tag_due,
)

__all__ = [
    "answer",
    "close",
    "forget",
    "hand_to",
    "link",
    "make_change",
    "measure_due",
    "open_ready",
    "put_away_theme",
    "reopen",
    "save_theme",
    "set_themes",
    "store_picture",
    "suggest",
    "tag_due",
    "take_comment",
    "take_line",
    "take_review",
    "take_said",
    "take_survey",
    "tell",
]
