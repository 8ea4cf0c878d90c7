"""Hooks of mkdocs: the README is the first page, and a file outside of docs/ that a page links to is shown as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"index.md": "README.md"} | {
    name: name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
}
# The theme's script would fetch what a browser lacks; here it may not.
_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self' data: 'unsafe-inline'; "
    "worker-src 'self'\">"
)
_LINK = re.compile(r"(\]\()([^)\s#:]+)(#[^)\s]*)?(\))")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that lie beside docs/, and what any page links to outside of it."""
    for shown, name in PAGES.items():
        files.append(File.generated(config, shown, abs_src_path=str(ROOT / name)))
    for page in [*files.documentation_pages()]:
        for target in _outside(Path(page.abs_src_path or "")):
            if files.get_file_from_path(_place(target)) is None:
                files.append(File.generated(config, _place(target), abs_src_path=str(target)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Let links lead to where the site has their targets."""
    written_in = Path(page.file.abs_src_path).parent
    return _LINK.sub(lambda found: f"{found[1]}{_led(written_in, found[2])}{found[3] or ''}{found[4]}", markdown)


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Let a page fetch from its own site alone."""
    return output.replace("<head>", f"<head>{_POLICY}", 1)


def _led(folder: Path, link: str) -> str:
    """Return a link as the site has it; one that leads nowhere stays as it is, and fails the build."""
    target = (folder / link).resolve()
    return _place(target) if target.is_file() and target.is_relative_to(ROOT) else link


def _outside(page: Path) -> list[Path]:
    """Return the files of the project that a page links to and that are neither a page nor in docs/."""
    links = [found[2] for found in _LINK.finditer(page.read_text("utf-8"))]
    targets = [(page.parent / link).resolve() for link in links]
    return [target for target in targets if target.is_file() and _place(target).startswith("project/")]


def _place(target: Path) -> str:
    """Return where the site has a file of the project."""
    name = str(target.relative_to(ROOT))
    shown = next((shown for shown, source in PAGES.items() if source == name), None)
    return shown or (name.removeprefix("docs/") if name.startswith("docs/") else f"project/{name}")
