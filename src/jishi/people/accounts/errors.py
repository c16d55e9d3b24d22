"""What can be wrong with a person, their contact data or an address; the codes are public and append-only."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound


class PersonNotFound(NotFound):
    """Nobody has this id or code."""

    code = "accounts.person_not_found"
    message = N_("This person does not exist.")


class AddressNotFound(NotFound):
    """The address does not exist or belongs to somebody else; both look the same from outside."""

    code = "accounts.address_not_found"
    message = N_("This address does not exist.")


class AudienceUnknown(NotFound):
    """Nobody registered an audience of this kind."""

    code = "accounts.audience_unknown"
    message = N_("There is no audience of the kind %(kind)s.")


class ContactMissing(Invalid):
    """A person needs at least one way to be reached."""

    code = "accounts.contact_missing"
    message = N_("Enter an e-mail address or a phone number.")


class ContactInvalid(Invalid):
    """The text is neither an e-mail address nor a phone number."""

    code = "accounts.contact_invalid"
    message = N_("Enter a phone number or an e-mail address.")


class EmailInvalid(Invalid):
    """The text is no e-mail address."""

    code = "accounts.email_invalid"
    message = N_("This is not an e-mail address.")


class EmailTaken(Conflict):
    """Another person signs in with this e-mail address."""

    code = "accounts.email_taken"
    message = N_("This e-mail address is already in use.")


class PhoneInvalid(Invalid):
    """The text is no phone number we can reach."""

    code = "accounts.phone_invalid"
    message = N_("This is not a phone number. Use 11 digits, or + and the country code.")


class PhoneTaken(Conflict):
    """Another person signs in with this phone number."""

    code = "accounts.phone_taken"
    message = N_("This phone number is already in use.")


class NicknameInvalid(Invalid):
    """The nickname is empty or too long."""

    code = "accounts.nickname_invalid"
    message = N_("A nickname has 1 to %(max_length)s characters.")


class NicknamePretends(Invalid):
    """The nickname poses as the house or as a name it is not."""

    code = "accounts.nickname_pretends"
    message = N_("This nickname could be taken for somebody else. Please choose another one.")


class ProfileInvalid(Invalid):
    """A profile setting has a value we do not offer."""

    code = "accounts.profile_invalid"
    message = N_("%(field)s has a value that is not offered.")


class AvatarInvalid(Invalid):
    """The uploaded file is no picture we accept."""

    code = "accounts.avatar_invalid"
    message = N_("Choose a JPEG, PNG or WebP picture of at most %(max_mb)s MB.")


class BirthdayInvalid(Invalid):
    """There is no such day in any year."""

    code = "accounts.birthday_invalid"
    message = N_("Choose a month and a day that exist, or leave both empty.")


class BirthdayNotAgreed(Invalid):
    """A day was named without agreeing to what it is used for."""

    code = "accounts.birthday_not_agreed"
    message = N_("Tick that we may use the day, or leave it empty.")


class AddressInvalid(Invalid):
    """A field of the address is missing or too long; `fields` names it."""

    code = "accounts.address_invalid"
    message = N_("This part of the address is missing or too long.")


class TooManyAddresses(Conflict):
    """The address book is full."""

    code = "accounts.too_many_addresses"
    message = N_("You can keep up to %(limit)s addresses. Remove one first.")


class OperatorRequired(Forbidden):
    """Only operators of the platform may do this."""

    code = "accounts.operator_required"
    message = N_("Only operators may do this.")


class HigherRank(Forbidden):
    """Staff may not change the sign-in data of somebody with more rights than themselves."""

    code = "accounts.higher_rank"
    message = N_("You may not change the sign-in data of this person.")


class DemoOnly(Forbidden):
    """One-tap sign-in exists in the demo only."""

    code = "accounts.demo_only"
    message = N_("This way to sign in exists in the demo only.")
