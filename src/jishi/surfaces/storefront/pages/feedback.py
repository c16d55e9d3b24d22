"""Telling the shop what could be better, and reading what was answered and changed."""

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from jishi.growth.listening import operations as listening
from jishi.growth.listening import queries
from jishi.growth.listening.contracts import MAX_TEXT, Source
from jishi.growth.listening.errors import FeedbackInvalid
from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.surfaces.shell import facts as request_facts


@login_required
@require_http_methods(["GET", "POST"])
def feedback(request: HttpRequest) -> HttpResponse:
    """A form, and everything I said with what came of it."""
    person_id = request_facts.of(request).person_id or 0
    trouble = ""
    if request.method == "POST":
        try:
            _send(request, person_id)
        except FeedbackInvalid:
            most = {"most": MAX_TEXT}
            trouble = gettext("Please write a few words, at most %(most)s characters.") % most
        except DomainError as error:
            trouble = http.message_of(error)
        else:
            messages.success(request, gettext("Thank you. Somebody reads this, and you see the answer here."))
            return HttpResponseRedirect(reverse("storefront:feedback"))
    context = {
        "page": queries.page_own(person_id, cursor=request.GET.get("cursor") or None),
        "sources": source_names(),
        "text": request.POST.get("text", ""),
        "key": request.POST.get("key", "")[:60] or uuid4().hex,
        "most": MAX_TEXT,
        "trouble": trouble,
    }
    return render(request, "storefront/feedback/feedback.html", context, status=422 if trouble else 200)


def _send(request: HttpRequest, person_id: int) -> None:
    upload = request.FILES.get("picture")
    picture = None
    if upload is not None and upload.size:
        picture = listening.store_picture(person_id=person_id, upload=upload.read())
    listening.suggest(
        person_id=person_id,
        text=request.POST.get("text", ""),
        picture=picture,
        client_key=request.POST.get("key", "")[:60],
    )


def source_names() -> dict[str, str]:
    """Where something was said, in words."""
    return {
        Source.SUGGESTION: gettext("Suggestion"),
        Source.REVIEW: gettext("Review"),
        Source.SURVEY: gettext("Survey"),
        Source.CHAT: gettext("Message to a shop"),
    }
