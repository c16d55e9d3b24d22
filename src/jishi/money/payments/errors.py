"""Refusals of payments."""

from jishi.kernel.errors import N_, Conflict, Forbidden, Invalid, NotFound, Unavailable


class IntentNotFound(NotFound):
    """No such payment, or it is not the caller's."""

    code = "payments.intent_not_found"
    message = N_("We could not find this payment.")


class IntentClosed(Conflict):
    """The time to pay is over, or the orders were cancelled."""

    code = "payments.intent_closed"
    message = N_("This payment is closed. Please order again.")


class AlreadyPaid(Conflict):
    """The payment was captured; a second one would only be sent back."""

    code = "payments.already_paid"
    message = N_("This has already been paid.")


class IntentConflict(Conflict):
    """The natural key already names a payment with another amount or other orders."""

    code = "payments.intent_conflict"
    message = N_("This payment already exists with different content.")


class AmountsDisagree(Invalid):
    """The allocations do not add up to the amount, or there is nothing to pay."""

    code = "payments.amounts_disagree"
    message = N_("The amounts of this payment do not add up.")


class RefundTooLarge(Conflict):
    """More would go back than was paid."""

    code = "payments.refund_too_large"
    message = N_("This is more than can still be refunded.")


class NothingCaptured(Conflict):
    """There is no money to send back."""

    code = "payments.nothing_captured"
    message = N_("Nothing has been paid yet, so nothing can be refunded.")


class RefundConflict(Conflict):
    """The natural key already names another refund."""

    code = "payments.refund_conflict"
    message = N_("This refund already exists with different content.")


class RefundNotFound(NotFound):
    """No such refund."""

    code = "payments.refund_not_found"
    message = N_("We could not find this refund.")


class ProviderUnknown(NotFound):
    """No provider has this name here."""

    code = "payments.provider_unknown"
    message = N_("This way to pay is not offered here.")


class ProviderUnavailable(Unavailable):
    """The provider does not answer, or answers nonsense; what we asked may or may not have happened."""

    code = "payments.provider_unavailable"
    message = N_(
        "The payment service does not answer right now. You have not been charged; please try again."
    )


class ProviderRefused(Conflict):
    """The provider answered clearly that it will not do this."""

    code = "payments.provider_refused"
    message = N_("The payment service did not accept this payment.")


class WebhookRefused(Forbidden):
    """The signature is missing, wrong, or too old."""

    code = "payments.webhook_refused"
    message = N_("The signature of this message is not valid.")


class WebhookMalformed(Invalid):
    """Validly signed, but not a message that we understand."""

    code = "payments.webhook_malformed"
    message = N_("This message cannot be read.")
