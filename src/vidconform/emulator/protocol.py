"""HTTP as uvicorn speaks it, except that a request which is no HTTP is refused as JSON too."""

from __future__ import annotations

import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from vidconform.emulator.server_state import SERVER


class Protocol(H11Protocol):
    """Uvicorn's protocol with its one plain-text answer replaced."""

    def send_400_response(self, msg: str) -> None:
        """Refuses what cannot be read as HTTP."""
        error = {"message": msg, "type": "invalid_request_error", "param": None, "code": "invalid_http"}
        body = json.dumps({"error": error}).encode()
        headers = {"content-type": "application/json", "server": SERVER, "connection": "close"}
        headers["content-length"] = str(len(body))
        response = h11.Response(status_code=400, headers=list(headers.items()), reason="Bad Request")
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
