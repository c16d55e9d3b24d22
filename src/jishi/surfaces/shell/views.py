"""Pages that belong to no domain: language, theme, the offline page, the manifest and the service worker."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from jishi.people.accounts import operations as accounts
from jishi.surfaces.shell import facts as request_facts

YEAR_S = 365 * 24 * 3600


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """The page to go back to, never another host."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted.startswith("/") and allowed else default


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Answer in this language from now on, in the profile of whoever is signed in."""
    chosen = request.POST.get("language", "")
    target = safe_next(request)
    if chosen not in request_facts.LANGUAGES:
        return HttpResponseRedirect(target)
    if target == "/en" or target.startswith("/en/"):
        target = target[3:] or "/"
    person_id = request_facts.of(request).person_id
    if person_id is not None:
        accounts.update_profile(person_id=person_id, language=chosen)
    response = HttpResponseRedirect(target)
    response.set_cookie(
        "jishi_language", chosen, max_age=YEAR_S, samesite="Lax", secure=not settings.JISHI_DEMO
    )
    return response


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Follow the system, or stay light or dark."""
    chosen = request.POST.get("theme", "")
    response = HttpResponseRedirect(safe_next(request))
    if chosen not in request_facts.THEMES:
        return response
    person_id = request_facts.of(request).person_id
    if person_id is not None:
        accounts.update_profile(person_id=person_id, theme=chosen)
    response.set_cookie("jishi_theme", chosen, max_age=YEAR_S, samesite="Lax", secure=not settings.JISHI_DEMO)
    return response


@require_GET
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest, in the language of the request."""
    icons = [
        {"src": static("shell/img/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("shell/img/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {"src": static("shell/img/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
    ]
    body = {
        "name": gettext("Jishi, gathering persimmons"),
        "short_name": gettext("Jishi"),
        "description": gettext("Good things, cheaper together."),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f3ec",
        "theme_color": "#f6f3ec",
        "lang": request_facts.of(request).html_language,
        "icons": icons,
    }
    return JsonResponse(body, content_type="application/manifest+json")


@require_GET
@cache_control(max_age=0, must_revalidate=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker that shows the offline page without a network, and notices that were pushed."""
    context = {"offline": "/offline/", "icon": static("shell/img/icon-192.png")}
    return render(request, "shell/worker.js", context, content_type="text/javascript; charset=utf-8")


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What a reader without network sees."""
    return render(request, "shell/offline.html")


@require_GET
@cache_control(max_age=3600)
def speculation(request: HttpRequest) -> JsonResponse:
    """Let the browser prepare product and team pages that somebody is about to open."""
    where = {"or": [{"href_matches": "/p/*"}, {"href_matches": "/g/*"}, {"href_matches": "/en/p/*"}]}
    body = {"prefetch": [{"where": where, "eagerness": "moderate"}]}
    return JsonResponse(body, content_type="application/speculationrules+json")


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    """Public pages may be indexed; everything personal may not."""
    private = (
        "/m/",
        "/ops/",
        "/api/",
        "/cart/",
        "/checkout/",
        "/pay/",
        "/orders/",
        "/me/",
        "/r/",
        "/lane/",
        "/psp/",
    )
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
