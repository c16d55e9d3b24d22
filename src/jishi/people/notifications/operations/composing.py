"""What a delivery says in each channel, and handing it over. Talks to the network.

Every try of a delivery carries the same message id (Message-ID of mails, topic of push messages, idempotency
key of text messages), so that a provider who got it twice can fold it.
"""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from jishi.kernel import crypto
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as accounts
from jishi.people.accounts.contracts import ProfileView
from jishi.people.accounts.errors import PersonNotFound
from jishi.people.notifications import queries, rules
from jishi.people.notifications.errors import PushGone, PushOutcomeUnknown
from jishi.people.notifications.models import Delivery, Notice, PushTarget
from jishi.people.notifications.operations import digests, outgoing
from jishi.people.notifications.providers import push

UNSUBSCRIBE_PURPOSE = "notifications.unsubscribe"
UNSUBSCRIBE_TTL_S = 365 * 24 * 3600


def send(delivery: Delivery) -> bool:
    """Send one; False when there is nobody to send to, or it was read meanwhile."""
    notice = Notice.objects.filter(pk=delivery.notice_id).first() if delivery.notice_id else None
    if delivery.notice_id and notice is None:
        return False
    is_urgent = notice is not None and notice.kind in rules.ALWAYS
    if notice is not None and notice.read_at is not None and not is_urgent:
        return False
    try:
        person = accounts.get_profile(delivery.person_id)
    except PersonNotFound:
        return False
    with translation.override(person.language):
        if notice is None:
            return _mail_digest(delivery, person)
        text = queries.worded(notice.kind, notice.params)
        if delivery.channel == "mail":
            return _mail(delivery, person, text, notice)
        if delivery.channel == "push":
            return _push(delivery, text, notice)
        if is_urgent and person.email:
            return False  # the mail says it
        return _text(delivery, person, text)


def _mail(delivery: Delivery, person: ProfileView, text: str, notice: Notice) -> bool:
    if not person.email:
        return False
    topic = rules.topic_of(notice.kind)
    body = [text, "", f"{settings.JISHI_BASE_URL}{notice.url or '/me/news/'}", "", *_foot(person.id, topic)]
    outgoing.send_mail(
        to=person.email,
        subject=text[:120],
        text="\n".join(body),
        headers=_headers(person.id, topic, delivery.message_id),
    )
    return True


def _mail_digest(delivery: Delivery, person: ProfileView) -> bool:
    entries = digests.entries_of(delivery)
    if not person.email or not entries:
        return False
    rows = [f"· {queries.worded(one.kind, one.params)}" for one in entries]
    subject = gettext("What is new on Jishi")
    link = f"{settings.JISHI_BASE_URL}/me/news/"
    body = [subject, "", *rows, "", link, "", *_foot(person.id, "")]
    headers = _headers(person.id, "", delivery.message_id)
    outgoing.send_mail(to=person.email, subject=subject, text="\n".join(body), headers=headers)
    return True


def _push(delivery: Delivery, text: str, notice: Notice) -> bool:
    payload = {
        "title": gettext("Jishi"),
        "text": text,
        "url": notice.url or "/me/news/",
        "tag": f"n{notice.pk}",
    }
    sent, last_error, silence = 0, None, None
    for row in PushTarget.objects.filter(person_id=delivery.person_id).order_by("pk"):
        target = push.Target(row.endpoint, row.p256dh, row.auth)
        try:
            push.push_gateway().send(target, payload, topic=delivery.message_id)
            sent += 1
        except PushGone:
            PushTarget.objects.filter(pk=row.pk).delete()
        except PushOutcomeUnknown as error:
            silence = error
        except DomainError as error:
            last_error = error
    # One browser that has it is enough; one that may have it forbids another try.
    trouble = silence or last_error
    if not sent and trouble is not None:
        raise trouble
    return sent > 0


def _text(delivery: Delivery, person: ProfileView, text: str) -> bool:
    phone = accounts.find_phone(person.id)
    if not phone:
        return False
    outgoing.send_sms(phone=phone, text=text, message_id=delivery.message_id)
    return True


def unsubscribe_url(person_id: int, topic: str) -> str:
    """Return the signed address that ends mails of a topic, or all with an empty one, without sign-in."""
    token = crypto.sign_token(
        {"p": person_id, "t": topic}, purpose=UNSUBSCRIBE_PURPOSE, ttl_s=UNSUBSCRIBE_TTL_S
    )
    return f"{settings.JISHI_BASE_URL}/mail/off/{token}/"


def _headers(person_id: int, topic: str, message_id: str) -> dict[str, str]:
    host = settings.JISHI_BASE_URL.split("://")[-1].split(":")[0]
    return {
        "Message-ID": f"<{message_id}@{host}>",
        "List-Unsubscribe": f"<{unsubscribe_url(person_id, topic)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _foot(person_id: int, topic: str) -> list[str]:
    return [
        gettext("No more mails like this:"),
        unsubscribe_url(person_id, topic),
    ]
