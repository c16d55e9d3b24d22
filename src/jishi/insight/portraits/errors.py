"""What portraits and segments refuse."""

from jishi.kernel.errors import N_, Conflict, Invalid, NotFound


class SegmentMissing(NotFound):
    """There is no such segment."""

    code = "portraits.segment_missing"
    message = N_("This segment does not exist.")


class SegmentNameTaken(Conflict):
    """Another segment has this name."""

    code = "portraits.name_taken"
    message = N_("A segment with this name exists already.")


class SegmentNameMissing(Invalid):
    """A segment needs a name."""

    code = "portraits.name_missing"
    message = N_("Give the segment a name of at most 60 characters.")


class SegmentFixed(Conflict):
    """This segment has no rule that could be changed or computed."""

    code = "portraits.segment_fixed"
    message = N_("The members of this segment were put together once; it has no rule.")


class RuleInvalid(Invalid):
    """A rule is not built as rules are."""

    code = "portraits.rule_invalid"
    message = N_("The rule cannot be read at %(at)s.")


class RuleTooLarge(Invalid):
    """A rule has too many conditions or is nested too deeply."""

    code = "portraits.rule_too_large"
    message = N_("A rule has at most %(most)s conditions and is nested at most %(deep)s deep.")


class FieldUnknown(Invalid):
    """A rule asks about something that does not exist."""

    code = "portraits.field_unknown"
    message = N_("There is nothing called %(field)s to ask about.")


class OperatorInvalid(Invalid):
    """A field cannot be compared in this way."""

    code = "portraits.operator_invalid"
    message = N_("%(field)s cannot be compared with %(op)s.")


class ValueInvalid(Invalid):
    """A value that the field cannot have."""

    code = "portraits.value_invalid"
    message = N_("%(field)s cannot be compared with the value %(value)s.")


class DaysInvalid(Invalid):
    """A look back over a number of days that is not kept."""

    code = "portraits.days_invalid"
    message = N_("%(field)s can look back %(windows)s days.")


class TagUnknown(NotFound):
    """There is no such tag."""

    code = "portraits.tag_unknown"
    message = N_("There is no tag called %(tag)s.")


class InterestUnknown(Invalid):
    """An interest that is no category, brand or topic of this place."""

    code = "portraits.interest_unknown"
    message = N_("%(key)s is nothing one can be interested in here.")


class ListEmpty(Invalid):
    """An uploaded list names nobody we know."""

    code = "portraits.list_empty"
    message = N_("Nobody on this list is known here.")


class ListTooLong(Invalid):
    """An uploaded list has too many lines."""

    code = "portraits.list_too_long"
    message = N_("A list has at most %(most)s lines.")


class ClustersInvalid(Invalid):
    """A number of groups that cannot be made."""

    code = "portraits.clusters_invalid"
    message = N_("Between 2 and 12 groups can be made, of at least 20 people.")
