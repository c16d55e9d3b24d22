"""Addresses of the back office. Importing them registers the tables, after every domain has its own."""

from jishi.surfaces.ops.backoffice.registry import register
from jishi.surfaces.ops.backoffice.site import site

register()
urls = site.urls
