"""The API's own page: every endpoint from the OpenAPI document, readable without scripts."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from ninja import NinjaAPI


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One line of the page."""

    method: str
    path: str
    summary: str
    text: str
    is_public: bool
    needs_key: bool


def page(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    """List the endpoints by subject, with a link to the document itself."""
    schema = api.get_openapi_schema()
    groups: dict[str, list[Endpoint]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            text = operation.get("description", "")
            groups.setdefault(operation["tags"][0], []).append(
                Endpoint(
                    method.upper(),
                    path,
                    operation.get("summary", ""),
                    text,
                    not operation.get("security"),
                    "Idempotency-Key" in text,
                )
            )
    context = {"groups": groups, "document": reverse("api:v1:openapi-json"), "version": schema["openapi"]}
    return render(request, "api/docs.html", context)
