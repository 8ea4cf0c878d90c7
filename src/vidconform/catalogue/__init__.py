"""Kept evidence judged again: a history by today's contracts and laws, and bundles that anyone can check."""

from vidconform.catalogue.bundle_results import judged_bundles
from vidconform.catalogue.catalogue_cli import add_catalogue
from vidconform.catalogue.interruption import ended_as_interrupted

__all__ = ["add_catalogue", "ended_as_interrupted", "judged_bundles"]
