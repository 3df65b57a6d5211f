"""`python -m trainers …`: see `python -m trainers --help`."""

import sys

from trainers.cli import main

sys.exit(main(sys.argv[1:]))
