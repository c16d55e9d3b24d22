"""Django's registration of this domain."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Names the domain `reviews` to Django."""

    name = "jishi.social.reviews"
    label = "reviews"
