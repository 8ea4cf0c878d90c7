"""Paid tasks: how many a run may create, and what was sent, created, lost and settled."""

from vidconform.ledger.accidents import Accident, Danger
from vidconform.ledger.budget import Budget
from vidconform.ledger.creation_lines import Created, read_creations
from vidconform.ledger.creation_log import (
    CreationLog,
    id_beside_its_code,
    in_doubt,
    is_refused,
    is_turned_away,
    task_id_in,
)
from vidconform.ledger.creations_file import CreationsFile
from vidconform.ledger.folders import check_room, hold_folder, state_folder
from vidconform.ledger.salvaged_ids import salvaged_id
from vidconform.ledger.spending import Cost, OverBudget, OverLimit, Price
from vidconform.ledger.turns import Turns

__all__ = [
    "Accident", "Budget", "Cost", "Created", "CreationLog", "CreationsFile", "Danger", "OverBudget",
    "OverLimit", "Price", "Turns", "check_room", "hold_folder", "id_beside_its_code", "in_doubt", "is_refused",
    "is_turned_away", "read_creations", "salvaged_id", "state_folder", "task_id_in",
]  # fmt: skip
