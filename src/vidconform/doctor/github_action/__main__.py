"""`python -m vidconform.doctor.github_action`: what action.yml runs."""

import os
import sys

from vidconform.doctor.github_action.action_steps import main

sys.exit(main(os.environ))
