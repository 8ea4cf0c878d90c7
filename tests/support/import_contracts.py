"""Contract types for import-linter: what its own contracts cannot say of faces and of the suites."""

from __future__ import annotations

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class FacesContract(Contract):
    """A module of another room is imported through a package's `__init__` and never past it."""

    root = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find each import that goes to a module inside another room."""
        root: Any = self.root
        rooms = set(graph.find_children(root))
        broken = [
            (importer, imported)
            for importer in sorted(graph.modules)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self._goes_past_a_face(graph, rooms, importer, imported)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def _goes_past_a_face(self, graph: ImportGraph, rooms: set[str], importer: str, imported: str) -> bool:
        room = ".".join(imported.split(".")[:2])
        is_inside = imported != room and not graph.find_children(imported)
        return room in rooms and is_inside and not (importer == room or importer.startswith(f"{room}."))

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each of them."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}, past the face {imported.rpartition('.')[0]}")


class OnlyContract(Contract):
    """Some modules import nothing but what is listed and the standard library."""

    modules = fields.ListField(subfield=fields.StringField())
    may_import = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find each import of anything else."""
        modules: Any = self.modules
        may_import: Any = self.may_import
        allowed = {*may_import, *modules, *sys.stdlib_module_names}
        sources = [m for m in graph.modules if any(m == name or m.startswith(f"{name}.") for name in modules)]
        broken = [
            (importer, imported)
            for importer in sorted(sources)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not any(imported == name or imported.startswith(f"{name}.") for name in allowed)
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each of them."""
        may_import: Any = self.may_import
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} imports {imported}; it may import {', '.join(may_import)}")
