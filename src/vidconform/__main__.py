"""`python -m vidconform`: the command line."""

import sys

from vidconform.cli import main

sys.exit(main())
