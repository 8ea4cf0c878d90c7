"""What Jenkins' schema of JUnit files (junit-10.xsd) allows, as far as pytest writes of it: elements and attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

# Element: its children, its attributes, and those of them that it must have.
_SCHEMA: dict[str, tuple[str, str, str]] = {
    "testsuites": ("testsuite", "name time tests failures errors", ""),
    "testsuite": (
        "testsuite properties testcase system-out system-err",
        "name tests failures errors group time skipped timestamp hostname id package file log url version",
        "name tests failures errors",
    ),
    "testcase": ("skipped errors failure system-out system-err", "name time classname group", "name"),
    "properties": ("property", "", ""),
    "property": ("", "name value", "name value"),
    "failure": ("", "type message", ""),
    "skipped": ("", "type message", ""),
    "system-out": ("", "", ""),
    "system-err": ("", "", ""),
}
_TIME = re.compile(r"[0-9]*(\.[0-9]{0,3})?")


def refusals(path: Path) -> list[str]:
    """Return what the schema refuses of a file."""
    return list(_refusals(ElementTree.parse(path).getroot()))


def _refusals(element: ElementTree.Element) -> Iterator[str]:
    children, attributes, required = (words.split() for words in _SCHEMA[element.tag])
    yield from (f"{element.tag} holds {child.tag}" for child in element if child.tag not in children)
    yield from (f"{element.tag} has {name}" for name in element.attrib if name not in attributes)
    yield from (f"{element.tag} lacks {name}" for name in required if name not in element.attrib)
    if element.tag == "testsuite" and not _TIME.fullmatch(element.get("time", "")):
        yield f"{element.get('time')} is no time"
    for child in element:
        if child.tag in _SCHEMA:
            yield from _refusals(child)
