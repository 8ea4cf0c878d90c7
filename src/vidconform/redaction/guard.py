"""The one writer of artefacts: it refuses to write a known secret and says which file would have held it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from vidconform.contracts import known_secrets, with_leaves
from vidconform.errors import ResultsRefused, SecretRefused, WriteFailed
from vidconform.redaction.regular_files import open_regular, write_whole
from vidconform.redaction.secret_encodings import by_core, encoded_forms, encodings
from vidconform.redaction.windows import Windows
from vidconform.text import Redacted, say

# A key is long and no word: a shorter one ("test"), or letters alone ("emulator") or digits alone (a date), stands in
# ordinary text, where its refusal would refuse everything. Such a value is still redacted from what a service says.
_SHORTEST = 8
_SHORTEST_PLAIN = 20


class Guard:
    """Writes files that hold none of some secrets, given by the environment variables that hold them.

    `refused` keeps a sentence for each refusal that did not end what was being done. Without secrets nothing is looked
    for.
    """

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        telling = {variable: secret for variable, secret in (secrets or {}).items() if _is_distinctive(secret)}
        self._forms = {
            variable: by_core({raw for form in encoded_forms(secret) for raw in encodings(form)})
            for variable, secret in telling.items()
        }
        self._telling, self._windows = telling, Windows(telling.values())
        self.refused: list[Redacted] = []

    def write(self, path: Path, text: str) -> None:
        """Write a file; raises SecretRefused and OSError, and what stood there then stays."""
        write_whole(path, self.checked(path, text))

    def append(self, path: Path, text: str) -> None:
        """Write at the end of a file; raises SecretRefused and OSError."""
        content = self.checked(path, text)
        with os.fdopen(open_regular(path, "a"), "ab") as file:
            file.write(content)

    def checked(self, path: Path, text: str) -> bytes:
        """Return the bytes of a text (UTF-8) for a file; raises SecretRefused."""
        content = text.encode("utf-8", "backslashreplace")
        variable = self.variable_in(content)
        if variable is not None:
            raise SecretRefused(path, variable)
        return content

    def line(self, path: Path, line: Mapping[str, Any]) -> str:
        """Return an object as a line of JSON (RFC 8259) for a file.

        Verdicts and paid tasks are not lost for a secret: a text that would hold it makes place for the sentence that
        says so. In place of a line in which it would stand even then, as a number, there is an empty text.
        """
        text = json.dumps(line, ensure_ascii=True)
        variable = self.variable_in(text.encode())
        if variable is not None:
            without = partial(self._without, path)
            text = json.dumps(with_leaves(line, without, without), ensure_ascii=True)
            variable = self.variable_in(text.encode())
        if variable is not None:
            self.note(SecretRefused(path, variable, partly=True))
            return ""
        # A lone surrogate of a vendor's would break UTF-8; as an escape it is harmless.
        return text + "\n"

    def variable_in(self, content: bytes) -> str | None:
        """Return the variable whose value stands in a content, or a piece of it that gives it away, or None."""
        for variable, cores in self._forms.items():
            for core, forms in cores.items():
                if core in content and any(form in content for form in forms):
                    return variable
        found = self._windows.spans(content)
        telling = self._telling.items() if found else ()
        return next((variable for variable, secret in telling if Windows([secret]).spans(content)), None)

    def note(self, refused: SecretRefused | WriteFailed | ResultsRefused) -> None:
        """Keep a refusal for the end of the run."""
        if str(refused) not in self.refused:
            self.refused.append(Redacted(str(refused)))

    def _without(self, path: Path, value: Any) -> Any:
        variable = self.variable_in(json.dumps(value, ensure_ascii=True).encode()) if isinstance(value, str) else None
        if variable is None:
            return value
        self.note(SecretRefused(path, variable, partly=True))
        return f"not written: it would hold the value of {variable}"


def environment_guard(providers: Iterable[str] = ()) -> Guard:
    """Return what keeps the keys of the environment out of files; `providers` are those known by their names alone."""
    return Guard(known_secrets(os.environ, providers))


def say_guarded(text: str, providers: Iterable[str] = ()) -> None:
    """Print what may be kept as a file or sent on; raises SecretRefused where it holds a key of the environment."""
    say(environment_guard(providers).checked(Path("standard output"), text).decode())


def _is_distinctive(secret: str) -> bool:
    plain = secret.isalpha() or secret.isdigit()
    return len(secret) >= (_SHORTEST_PLAIN if plain else _SHORTEST)
