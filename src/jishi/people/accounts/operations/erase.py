"""Forgetting a person: the row stays, nameless, because orders and books point to it; no way in remains."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import transaction

from jishi.people.accounts.errors import PersonNotFound
from jishi.people.accounts.models import Address, Birthday, User, login_digest


def erase(*, person_id: int) -> None:
    """Forget who a person is: contact data, addresses, factors and networks go, sessions end.

    :raises PersonNotFound: the person does not exist.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=person_id).first()
        if user is None:
            raise PersonNotFound()
        _forget_tries(user)
        for model in (EmailAddress, SocialAccount, Authenticator):
            model.objects.filter(user_id=person_id).delete()
        Address.objects.filter(person_id=person_id).delete()
        Birthday.objects.filter(pk=person_id).delete()
        user.email = user.phone = user.phone_index = user.last_login = None
        user.phone_verified, user.avatar, user.nickname = False, "", f"#{user.code[:4]}"
        user.language, user.theme, user.is_active = "zh-hans", "auto", False
        user.token_epoch += 1
        user.set_unusable_password()
        user.save()


def _forget_tries(user: User) -> None:
    """Delete failed tries to sign in as this person; they are kept under a digest of what was typed."""
    mails = EmailAddress.objects.filter(user_id=user.pk).values_list("email", flat=True)
    given = {text for text in (user.email, user.phone, *mails) if text}
    names = [login_digest(text) for text in sorted(given)]
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(username__in=names).delete()
