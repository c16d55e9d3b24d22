"""The one door of the operator console: everybody signs in, and only operators pass.

Invariant: every address of this surface goes through here; a test walks the addresses and proves it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from jishi.people.accounts import queries as people
from jishi.surfaces.shell import facts as request_facts

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def operator(view: View[Arguments]) -> View[Arguments]:
    """Send anonymous readers to sign in and refuse everybody who is no operator.

    :raises OperatorRequired: somebody else is signed in.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        facts = request_facts.of(request)
        if facts.person_id is None:
            return redirect_to_login(request.get_full_path())
        # The row of the person was read for this very request; asking again would say the same.
        if not facts.is_operator:
            people.require_operator(person_id=facts.person_id)
        return view(request, *args, **kwargs)

    return guarded


def person(request: HttpRequest) -> int:
    """Who is at work; the door has made sure that there is somebody."""
    found: Any = request_facts.of(request).person_id
    assert found is not None, "the door stands in front"
    return int(found)
