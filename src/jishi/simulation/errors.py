"""What real files may get wrong."""

from jishi.kernel.errors import N_, Invalid


class BasketsUnreadable(Invalid):
    """The file is not a list of baskets in UTF-8."""

    code = "simulation.baskets_unreadable"
    message = N_("Line %(line)s of the file cannot be read: %(problem)s.")
