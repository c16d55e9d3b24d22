"""The long part of the crash tests: `make test-faults` asks for it by naming a number of rounds."""

import os

collect_ignore_glob = [] if "JISHI_FAULT_ROUNDS" in os.environ else ["test_*.py"]
