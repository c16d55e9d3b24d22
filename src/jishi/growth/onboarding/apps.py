"""Django's registration of this domain."""

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    """Names the domain `onboarding` to Django."""

    name = "jishi.growth.onboarding"
    label = "onboarding"
