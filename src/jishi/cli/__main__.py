"""`python -m jishi.cli`, the form in which the command starts its own children."""

import sys

from jishi.cli import main

sys.exit(main())
