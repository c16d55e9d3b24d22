"""The sandbox payment provider: a peer of its own, as far from the shop as a real one.

It has its own tables in the schema ``sandbox_psp``, its own pages, its own loop that delivers webhooks, and
knows the shop only by the addresses in a request. It imports nothing of the rest of the package; delete this
folder and nothing but the demo is poorer.
"""

from jishi.simulation.sandbox_psp.app import SandboxPsp, create_app, make_app
from jishi.simulation.sandbox_psp.store import prepare

__all__ = ["SandboxPsp", "create_app", "make_app", "prepare"]
