"""Kept evidence judged again: a history by today's contracts and laws, and bundles that anyone can check."""

from vidconform.catalogue.bundle_results import judged_bundles
from vidconform.catalogue.catalogue_cli import add_catalogue

__all__ = ["add_catalogue", "judged_bundles"]
