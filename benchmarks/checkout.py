"""`checkout`: the whole journey through `/api/v1`, signed in: product, cart, address, delivery, quote, place,
pay, paid. CPU is that of the web process and of the database behind it; the worker, what the database does
for the worker, and the sandbox provider are printed apart.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from benchmarks import _seed, _stage

PAID_WITHIN_S = 20.0
PAUSE_S = 0.5
"""How long a shopper waits who has five unpaid orders, as the worker has not heard of the payments yet."""


class Shopper:
    """One signed-in person with a connection of their own."""

    def __init__(self, base_url: str, token: str, goods: list[_seed.Thing], number: int) -> None:
        headers = {"X-Session-Token": token, "Accept-Language": "en"}
        self.api = httpx.Client(base_url=f"{base_url}/api/v1", headers=headers, timeout=30)
        self.goods, self.number, self.pauses = goods, number, 0

    def call(self, method: str, path: str, body: Any = None, key: str = "") -> Any:
        """Call, and fail loudly on any refusal."""
        headers = {"Idempotency-Key": key} if key else {}
        response = self.api.request(method, path, json=body, headers=headers)
        if response.status_code >= 300:
            raise SystemExit(f"{method} {path}: {response.status_code} {response.text[:300]}")
        return response.json()

    def buy(self, turn: int) -> str:
        """The journey up to the hosted page; returns the payment's code."""
        thing = self.goods[(self.number * 31 + turn) % len(self.goods)]
        product = self.call("GET", f"/products/{thing.code}")
        variant = product["variants"][0]["variant_id"]
        self.call("POST", "/cart/lines", {"variant_id": variant, "quantity": 1})
        address = self.call("GET", "/addresses")["items"][0]["code"]
        quote = self.call("POST", "/checkout/quote", {"address_code": address})
        shop = quote["shops"][0]
        wish = {
            "address_code": address,
            "deliveries": {shop["shop_slug"]: shop["delivery_options"][0]["code"]},
        }
        quote = self.call("POST", "/checkout/quote", wish)
        wish["fingerprint"] = quote["fingerprint"]
        code = self.place(wish, key=f"bench-{self.number}-{turn}")
        page = str(self.call("POST", f"/payments/{code}/attempts", {})["pay_url"])
        pay_on(page)
        return code

    def place(self, wish: dict[str, Any], *, key: str) -> str:
        """Place, if need be after a pause; returns the payment's code."""
        headers = {"Idempotency-Key": key}
        until = time.monotonic() + PAID_WITHIN_S
        while True:
            response = self.api.post("/checkout", json=wish, headers=headers)
            body = response.json()
            if response.status_code < 300:
                return str(body["payment_code"])
            if body["code"] != "checkout.too_many_unpaid" or time.monotonic() > until:
                raise SystemExit(f"POST /checkout: {response.status_code} {response.text[:300]}")
            self.pauses += 1
            time.sleep(PAUSE_S)

    def wait(self, code: str) -> None:
        """Look whether a payment has arrived until it has, or for a fair while."""
        until = time.monotonic() + PAID_WITHIN_S
        while not self.is_paid(code) and time.monotonic() < until:
            time.sleep(0.1)

    def is_paid(self, code: str) -> bool:
        """Whether the shop has heard that the payment arrived."""
        return bool(self.call("GET", f"/payments/{code}")["state"] == "captured")


def pay_on(page: str) -> None:
    """Press the pay button of the hosted page, as a browser without scripts would."""
    with httpx.Client(timeout=30) as browser:
        html = browser.get(page).text
        action = re.search(r'<form[^>]*action="([^"]+)"', html)
        url = httpx.URL(page).join(action[1]) if action else httpx.URL(page)
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
        answer = browser.post(url, data={**fields, "act": "pay"})
        if answer.status_code >= 400:
            raise SystemExit(f"the hosted page answered {answer.status_code}")


def run(*, checkouts: int = 120, shoppers: int = 4) -> dict[str, Any]:
    """Run the journeys and return the benchmark's result."""
    goods, tokens = _seed.market(products=60, people=shoppers)
    with _stage.running(worker=True, provider=True) as stage:
        people = [Shopper(stage.base_url, token, goods, n) for n, token in enumerate(tokens)]
        for person in people:
            person.wait(person.buy(10_000))  # warm: connections, prepared statements, the worker
        before, started = stage.cpu_s(), time.monotonic()
        turns = checkouts // shoppers
        with ThreadPoolExecutor(shoppers) as pool:
            codes = list(pool.map(lambda person: [person.buy(n) for n in range(turns)], people))
        took, after = time.monotonic() - started, stage.cpu_s()
        unpaid = _unpaid(people, codes)
    count = turns * shoppers
    spent = {name: (after[name] - before[name]) * 1000 / count for name in after}
    figures = {
        "cpu_ms_per_checkout": round(spent["web"] + spent["database"], 2),
        "web_cpu_ms": round(spent["web"], 2),
        "database_cpu_ms": round(spent["database"], 2),
        "worker_cpu_ms": round(spent["worker"], 2),
        "worker_database_cpu_ms": round(spent["worker_database"], 2),
        "provider_cpu_ms": round(spent["provider"], 2),
        "checkouts_per_s": round(count / took, 1),
        "checkouts": count,
        "pauses": sum(person.pauses for person in people),
    }
    return {"benchmark": "checkout", "figures": figures, "checks": {"unpaid": unpaid, **_seed.broken()}}


def _unpaid(people: list[Shopper], codes: list[list[str]]) -> int:
    """How many payments the shop has not heard of after a fair wait."""
    left = {(n, code) for n, mine in enumerate(codes) for code in mine}
    until = time.monotonic() + PAID_WITHIN_S
    while left and time.monotonic() < until:
        left = {(n, code) for n, code in left if not people[n].is_paid(code)}
        time.sleep(0.2)
    return len(left)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the last line is the result as JSON."""
    parser = argparse.ArgumentParser(prog="jishi bench checkout", description=__doc__)
    parser.add_argument("--checkouts", type=int, default=120)
    parser.add_argument("--shoppers", type=int, default=4)
    parser.add_argument("--json", action="store_true", help="print nothing but the result")
    options = parser.parse_args(arguments)
    result = run(checkouts=options.checkouts, shoppers=options.shoppers)
    if not options.json:
        for name, figure in {**result["figures"], **result["checks"]}.items():
            print(f"{name:24} {figure:>12,}")
    print(json.dumps(result))
    return 1 if any(result["checks"].values()) else 0
