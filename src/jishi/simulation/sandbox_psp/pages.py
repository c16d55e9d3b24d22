"""The hosted page: what is paid, one clear button, and the test options. Plain HTML, no scripts at all."""

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import escape
from string import Template
from urllib.parse import urlsplit

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision
from psycopg.rows import DictRow

from jishi.simulation.sandbox_psp import store, texts
from jishi.simulation.sandbox_psp.web import Answer, Request, redirect

LONGEST_WAIT_S = 600
DEFAULT_WAIT_S = 10
REFUND_WAIT_S = 5

PAGE = Template("""<!doctype html>
<html lang="$lang">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>$brand · $title</title>
<link rel="stylesheet" href="$base/static/pay.css">
<link rel="icon" href="$base/static/mark.svg">
</head>
<body>
<header class="bar">
<span class="brand"><svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><path class="mark-a"
 d="M6 9a3 3 0 0 1 3-3h14a3 3 0 0 1 3 3v3H6z"/><path class="mark-b"
 d="M6 15h20v8a3 3 0 0 1-3 3H9a3 3 0 0 1-3-3zm4 5v2h6v-2z"/></svg>$brand</span>
<a class="other" href="?lang=$other_lang" hreflang="$other_lang">$other</a>
</header>
<main>
$content
</main>
<footer><p><span class="badge">$badge</span> $no_money</p></footer>
</body>
</html>
""")
BILL = Template("""<section class="bill" aria-labelledby="due">
<p class="label" id="due">$amount_label</p>
<h1 class="amount">$amount</h1>
<dl>
<div><dt>$for_label</dt><dd>$description</dd></div>
<div><dt>$reference_label</dt><dd class="code">$reference</dd></div>
$until
</dl>
</section>
""")
FORM = Template("""$late<form method="post" class="actions">
<button class="primary" name="act" value="pay">$pay</button>
<details>
<summary>$options</summary>
<p class="hint">$options_hint</p>
<button name="act" value="refuse">$refuse</button>
<button name="act" value="pay_thrice">$pay_thrice</button>
<button name="act" value="pay_silently">$pay_silently</button>
<label class="wait">$seconds <input type="number" name="seconds" value="$wait" min="0" max="$longest"
 inputmode="numeric"></label>
<button name="act" value="pay_later">$pay_later</button>
<button name="act" value="pay_slowly">$pay_slowly</button>
<label class="tick"><input type="checkbox" name="refuse_refund" value="1"> $refuse_refund</label>
<label class="tick"><input type="checkbox" name="slow_refund" value="1"> $slow_refund</label>
</details>
</form>
""")
RESULT = Template("""<section class="result $state" role="status">
<svg viewBox="0 0 64 64" width="64" height="64" aria-hidden="true"><circle cx="32" cy="32" r="30"/>
<path d="$icon"/></svg>
<h1>$title</h1>
<p>$hint</p>
$amount
</section>
<p class="actions">$back</p>
""")
ICONS = {
    "paid": "M19 33l9 9 18-19",
    "refused": "M22 22l20 20M42 22L22 42",
    "processing": "M32 17v16l10 6",
    "missing": "M32 18v18M32 44v1",
}


async def answer(connection: store.Connection, request: Request, base_path: str, parts: list[str]) -> Answer:
    """Show a payment, or do what its form asks and send the buyer back to the shop."""
    payment = await store.find_payment(connection, payment_id=parts[0])
    if payment is None:
        return _page(request, base_path, None, 404)
    if request.method != "POST":
        return _page(request, base_path, payment, 200)
    origin = request.headers.get("origin", "null")
    if origin not in ("null", request.origin) or request.headers.get("sec-fetch-site") == "cross-site":
        return _page(request, base_path, payment, 403)
    async with connection.transaction():
        locked = await store.lock_payment(connection, payment["id"])
        assert locked is not None
        if locked["state"] == "open":
            await _act(connection, locked, request.form())
    return redirect(payment["return_url"])


async def _act(connection: store.Connection, payment: DictRow, form: dict[str, str]) -> None:
    act, seconds = form.get("act", ""), _seconds(form.get("seconds", ""))
    if act == "refuse":
        refused = await store.change_payment(
            connection, payment["id"], state="refused", reason="refused_by_bank"
        )
        await store.tell(connection, refused, "payment.failed")
        return
    options = {
        "refuse_refunds": 1 if form.get("refuse_refund") else 0,
        "refund_delay_s": REFUND_WAIT_S if form.get("slow_refund") else 0,
    }
    if act == "pay_slowly" and seconds:
        due = datetime.now(UTC) + timedelta(seconds=seconds)
        slow = await store.change_payment(
            connection, payment["id"], state="processing", settles_at=due, **options
        )
        await store.tell(connection, slow, "payment.authorized")
        return
    told = {
        "pay": store.ONCE,
        "pay_slowly": store.ONCE,
        "pay_thrice": store.Told(copies=3),
        "pay_later": store.Told(delay_s=seconds),
        "pay_silently": store.Told(lost=True),
    }.get(act)
    if told is not None:
        paid = await store.change_payment(connection, payment["id"], state="paid", **options)
        await store.tell(connection, paid, "payment.captured", told)


def _seconds(text: str) -> int:
    digits = text.strip()[:4]
    return min(int(digits), LONGEST_WAIT_S) if digits.isascii() and digits.isdigit() else DEFAULT_WAIT_S


def _page(request: Request, base_path: str, payment: DictRow | None, status: int) -> Answer:
    lang, words = texts.choose(request.query.get("lang", ""), request.headers.get("accept-language", ""))
    safe = {name: escape(word) for name, word in words.items()}
    if payment is None:
        content = _result("missing", safe, "", "")
    elif payment["state"] == "open":
        content = _bill(payment, lang, safe) + _form(payment, lang, safe)
    else:
        link = f'<a class="primary" href="{escape(payment["return_url"])}">{safe["back"]}</a>'
        amount = f'<p class="amount">{escape(money(payment, lang))}</p>'
        content = _result(payment["state"], safe, amount, link)
    html = PAGE.substitute(
        lang=lang,
        base=escape(base_path),
        content=content,
        other_lang="en" if lang == "zh-Hans" else "zh",
        **{name: safe[name] for name in ("brand", "title", "other", "badge", "no_money")},
    )
    return Answer(status, html.encode(), _headers(payment))


def _headers(payment: DictRow | None) -> dict[str, str]:
    """Nothing but our own style may load; a form may end here or, by redirect, at the shop."""
    shop = ""
    if payment is not None:
        parts = urlsplit(payment["return_url"])
        shop = f" {parts.scheme}://{parts.netloc}"
    policy = (
        f"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'{shop};"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "x-robots-tag": "noindex",
        "vary": "accept-language",
    }


def _bill(payment: DictRow, lang: str, words: dict[str, str]) -> str:
    until = ""
    left_s = (payment["expires_at"] - datetime.now(UTC)).total_seconds()
    if left_s > 0:
        minutes = words["minutes"].format(minutes=math.ceil(left_s / 60))
        until = f"<div><dt>{words['until']}</dt><dd>{minutes}</dd></div>"
    return BILL.substitute(
        amount_label=words["amount"],
        amount=escape(money(payment, lang)),
        for_label=words["for"],
        description=escape(payment["description"]),
        reference_label=words["reference"],
        reference=escape(payment["reference"]),
        until=until,
    )


def _form(payment: DictRow, lang: str, words: dict[str, str]) -> str:
    late = ""
    if payment["expires_at"] <= datetime.now(UTC):
        late = f'<p class="late" role="note"><strong>{words["late"]}</strong> {words["late_hint"]}</p>\n'
    named = {name: words[name] for name in words if f"${name}" in FORM.template}
    named["pay"] = words["pay"].format(amount=escape(money(payment, lang)))
    return FORM.substitute(named, late=late, wait=DEFAULT_WAIT_S, longest=LONGEST_WAIT_S)


def _result(state: str, words: dict[str, str], amount: str, back: str) -> str:
    return RESULT.substitute(
        state=state,
        icon=ICONS[state],
        title=words[state],
        hint=words[f"{state}_hint"],
        amount=amount,
        back=back,
    )


def money(payment: DictRow, lang: str) -> str:
    """The amount as people write it; exact, because it is shifted and never divided."""
    amount = Decimal(payment["amount_minor"]).scaleb(-get_currency_precision(payment["currency"]))
    try:
        return format_currency(amount, payment["currency"], locale=lang.replace("-", "_"))
    except UnknownLocaleError:  # pragma: no cover - both locales ship with Babel
        return f"{amount} {payment['currency']}"
