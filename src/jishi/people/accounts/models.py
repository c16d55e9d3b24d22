"""Tables of people and their addresses.

Invariants: e-mail addresses are stored in lower case and unique; phone numbers are encrypted and unique by a
keyed blind index; a person has at most one default address; what identifies a recipient is never stored
readable.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.files.storage import default_storage
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from jishi.kernel import crypto, ids
from jishi.people.accounts import rules

PHONE_PURPOSE = "accounts.phone"
BIRTHDAY_PURPOSE = "accounts.birthday"


def phone_index(phone: str | None) -> str | None:
    """Return the blind index under which a normalised number is found."""
    return crypto.blind_index(phone, purpose=PHONE_PURPOSE) if phone else None


def birthday_index(day: str) -> str:
    """Return the blind index under which the people of a day ("04-23") are found."""
    return crypto.blind_index(day, purpose=BIRTHDAY_PURPOSE)


def default_nickname(code: str) -> str:
    """Return a first name for somebody who gave none, in the language of the moment."""
    return gettext("Friend %(code)s") % {"code": code[:4]}


class OptionalEmailField(models.EmailField):
    """An e-mail column with one spelling: lower case, and NULL where there is none, so that it is unique."""

    def get_prep_value(self, value: Any) -> Any:
        """Return what is stored."""
        return (str(value).strip().lower() or None) if value is not None else None


class UserManager(BaseUserManager["User"]):
    """Finds people by what they sign in with."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this e-mail address, however it is capitalised."""
        return self.get(email=(username or "").strip().lower())

    def find_by_phone(self, phone: str) -> "User | None":
        """Return the person with this normalised number."""
        return self.filter(phone_index=phone_index(phone)).first()

    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        """Create one person; Django's own tools call it, our code calls `operations.register`."""
        user: User = self.model(email=(email or "").strip().lower() or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an operator with every right."""
        return self.create_user(email, password, is_operator=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in."""

    code = models.CharField(max_length=12, unique=True, default=ids.new_code, editable=False)
    email = OptionalEmailField(max_length=254, unique=True, null=True, blank=True)
    phone = crypto.EncryptedTextField(null=True, blank=True)
    phone_index = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    phone_verified = models.BooleanField(default=False)
    nickname = models.CharField(max_length=40)
    avatar = models.CharField(max_length=200, blank=True, default="")
    language = models.CharField(max_length=10, default="zh-hans")
    theme = models.CharField(max_length=5, default="auto")
    is_operator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    token_epoch = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        """Constraints that keep one person behind one e-mail address and one number."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(email__isnull=True)
                | (models.Q(email=Lower("email")) & ~models.Q(email="")),
                name="accounts_user_email_lower",
            ),
            models.CheckConstraint(
                condition=models.Q(phone__isnull=True, phone_index__isnull=True)
                | models.Q(phone__isnull=False, phone_index__isnull=False),
                name="accounts_user_phone_indexed",
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=["zh-hans", "en"])
                & models.Q(theme__in=["auto", "light", "dark"]),
                name="accounts_user_settings_known",
            ),
        ]

    def __str__(self) -> str:
        """Return the nickname; never contact data, as this lands in logs."""
        return self.nickname or self.code

    @property
    def is_staff(self) -> bool:
        """Operators may enter the back office."""
        return self.is_operator

    def get_full_name(self) -> str:
        """Return the name the person chose."""
        return self.nickname

    def get_short_name(self) -> str:
        """Return the name the person chose."""
        return self.nickname

    @property
    def avatar_url(self) -> str:
        """Return the address of the person's picture, or the empty string."""
        return default_storage.url(self.avatar) if self.avatar else ""

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Tie sessions to the password and the token epoch: raising the epoch signs out everywhere."""
        return session_hash(self.password, self.token_epoch, secret)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Operators may look at everything; changing needs a granted permission."""
        if self.is_active and self.is_operator and perm.rpartition(".")[2].startswith("view_"):
            return True
        return super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Operators see every section of the back office."""
        return (self.is_active and self.is_operator) or super().has_module_perms(app_label)


def session_hash(password: str, token_epoch: int, secret: str | bytes | None = None) -> str:
    """Return what a session must carry to be a session of this password and epoch."""
    value = f"{password}:{token_epoch}"
    return salted_hmac("jishi.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()


class Address(models.Model):
    """A place a person has goods sent to."""

    code = models.CharField(max_length=12, unique=True, default=ids.new_code, editable=False)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    recipient = crypto.EncryptedTextField()
    phone = crypto.EncryptedTextField()
    region = crypto.EncryptedTextField()
    city = crypto.EncryptedTextField()
    district = crypto.EncryptedTextField(blank=True, default="")
    line = crypto.EncryptedTextField()
    postal_code = crypto.EncryptedTextField(blank=True, default="")
    country = models.CharField(max_length=2, default="CN")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """One default per person."""

        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(is_default=True), name="accounts_address_one_default"
            )
        ]

    def __str__(self) -> str:
        """Return the code; the content is personal."""
        return self.code


class Birthday(models.Model):
    """The day of the year somebody told us of their own accord, for wishes; the row is their consent.

    Month and day, never the year. `day_index` lets everybody of one day be found without opening a row.
    """

    person = models.OneToOneField(
        "accounts.User", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    day = crypto.EncryptedTextField()
    day_index = models.CharField(max_length=64, editable=False)
    agreed_at = models.DateTimeField()

    class Meta:
        """Found by day."""

        indexes = [models.Index(fields=["day_index"], name="accounts_birthday_day")]

    def __str__(self) -> str:
        """Return the number; the content is personal."""
        return f"birthday of {self.person_id}"


def login_digest(text: str) -> str:
    """The keyed digest under which failed tries to sign in as somebody are counted, of what was typed."""
    kind = rules.contact_kind(text)
    return crypto.blind_index(kind[1] if kind else text.strip().lower(), purpose="accounts.login")[:40]
