"""Files between their upload and their import: kept under their digest, per shop, for a day.

Invariant: only a signed token of the same shop leads back to a file.
"""

import hashlib
import time
from pathlib import Path

from django.conf import settings

from jishi.kernel import crypto

KEPT_S = 24 * 3600
PURPOSE = "merchant.import"


def folder() -> Path:
    """Where they lie; outside what the web serves."""
    path = Path(settings.JISHI_HOME) / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def keep(shop_id: int, data: bytes) -> str:
    """Put a file aside and return the token that finds it again."""
    digest = hashlib.sha256(data).hexdigest()
    _forget_old()
    path = folder() / f"{shop_id}-{digest}.csv"
    fresh = path.with_suffix(".new")
    fresh.write_bytes(data)
    fresh.replace(path)
    return crypto.sign_token({"shop": shop_id, "digest": digest}, purpose=PURPOSE, ttl_s=KEPT_S)


def find(shop_id: int, token: str) -> bytes | None:
    """The file behind a token of this shop, if it is still there."""
    try:
        claims = crypto.read_token(token, purpose=PURPOSE)
    except crypto.TokenInvalid:
        return None
    if claims.get("shop") != shop_id:
        return None
    path = folder() / f"{shop_id}-{claims['digest']}.csv"
    return path.read_bytes() if path.exists() else None


def drop(shop_id: int, data: bytes) -> None:
    """Forget a file that was imported."""
    (folder() / f"{shop_id}-{hashlib.sha256(data).hexdigest()}.csv").unlink(missing_ok=True)


def _forget_old() -> None:
    limit = time.time() - KEPT_S
    for path in folder().glob("*.csv"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
