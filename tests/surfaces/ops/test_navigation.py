"""The console's menu: every entry leads somewhere, and every page is found again in it."""

from __future__ import annotations

import re

import pytest
from django.urls import get_resolver
from tests.factories import consoles

from jishi.surfaces.ops.navigation import GROUPS
from jishi.surfaces.shell import navigation


def test_every_page_of_the_console_belongs_to_one_entry() -> None:
    names = [key for key in get_resolver("jishi.surfaces.ops.urls").reverse_dict if isinstance(key, str)]

    lost = [
        name
        for name in names
        if sum(link.is_here for part in navigation.parts(GROUPS, name) for link in part.links) != 1
    ]
    assert not lost


@pytest.mark.django_db
def test_the_group_of_the_open_page_is_open_and_its_entry_marked() -> None:
    client = consoles.build().client("operator")

    page = consoles.body(client, "/ops/experiments/")

    rail = page[page.index("rail-nav") : page.index("rail-foot")]
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', rail) == ["/ops/experiments/"]
    assert rail.count("<details open><summary>") == 1
