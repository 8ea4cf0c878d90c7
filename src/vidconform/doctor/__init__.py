"""What stands in the way of a live run, found out before anything is spent; and what a message or a row means."""

from vidconform.doctor.doctor_cli import add_doctor
from vidconform.doctor.explain_cli import add_explain

__all__ = ["add_doctor", "add_explain"]
