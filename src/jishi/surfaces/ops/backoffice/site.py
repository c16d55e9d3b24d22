"""The admin site of operators. It has no sign-in of its own: the house's is used, with its second factors."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jishi.people.accounts import queries as people
from jishi.surfaces.ops.backoffice import names
from jishi.surfaces.shell import facts as request_facts


class BackOffice(AdminSite):
    """Open to operators; everybody else is sent to sign in or refused."""

    site_header = _("Jishi back office")
    site_title = _("Back office")
    index_title = _("What the house knows")
    site_url = "/ops/"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Operators with an open account."""
        user: Any = request.user
        return bool(user.is_active and getattr(user, "is_operator", False))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send who is not signed in to the house's page, and refuse who is somebody else.

        :raises OperatorRequired: somebody who is no operator is signed in.
        """
        target = request.GET.get("next") or reverse("admin:index")
        person_id = request_facts.of(request).person_id
        if person_id is None:
            return redirect_to_login(target)
        people.require_operator(person_id=person_id)
        return HttpResponseRedirect(target)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Sections and tables under their names in the reader's language."""
        found: list[dict[str, Any]] = super().get_app_list(request, app_label)
        for app in found:
            app["name"] = gettext(names.SECTIONS.get(app["app_label"], app["app_label"]))
            for table in app["models"]:
                label = table["model"]._meta.label
                table["name"] = gettext(names.TABLES.get(label, label))
        return found


site = BackOffice(name="admin")
