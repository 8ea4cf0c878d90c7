"""What stands in the way of a live run, found out before anything is spent."""

from vidconform.doctor.doctor_cli import add_doctor

__all__ = ["add_doctor"]
