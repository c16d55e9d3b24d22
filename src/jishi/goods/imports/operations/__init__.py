"""Product files end to end. Bringing one is a request; reading and writing it is a worker's."""

from jishi.goods.imports.operations.asking import apply, cancel, check_again, upload
from jishi.goods.imports.operations.forgetting import forget_due
from jishi.goods.imports.operations.working import work_due
from jishi.goods.imports.operations.writing import run

__all__ = ["apply", "cancel", "check_again", "forget_due", "run", "upload", "work_due"]
