"""What every page is made with: Jinja2 with autoescape on, and style and script that the page itself holds."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vidconform import __version__, text
from vidconform.text import pluralise

TEMPLATES = Path(__file__).parent / "templates"


def page_templates() -> Environment:
    """Return the templates of pages, with what all of them use."""
    loader = FileSystemLoader(TEMPLATES)
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"visible": text.visible, "counted": pluralise}
    style, script = _asset("report.css"), _asset("report.js")
    made.globals |= {
        "version": __version__,
        "home": "",
        "nav": [],
        "here": "",
        "style": style,
        "script": script,
        "style_hash": _digest(style),
        "script_hash": _digest(script),
    }
    return made


def _asset(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - ours; all else is escaped


def _digest(asset: Markup) -> str:
    """Return what a content security policy (CSP level 3, 2.3.1) names an inline asset by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(str(asset).encode()).digest()).decode()
