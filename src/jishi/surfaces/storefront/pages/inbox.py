"""The demo's inbox: every mail and text message that would have left, newest first.

It shows other people's codes, so it exists in the demo only and opens only where one-tap sign-in does.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jishi.people.notifications import queries as notifications
from jishi.surfaces.storefront.pages.sign_in import is_trusted


@never_cache
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the newest messages."""
    if not (settings.JISHI_DEMO and is_trusted(request)):
        raise Http404
    return render(request, "storefront/inbox.html", {"messages_caught": notifications.list_inbox(limit=50)})
