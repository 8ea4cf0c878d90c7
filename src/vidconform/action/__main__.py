"""`python -m vidconform.action`: what action.yml runs."""

import os
import sys

from vidconform.action.running import main

sys.exit(main(os.environ))
