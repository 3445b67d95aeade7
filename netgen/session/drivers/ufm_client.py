"""UFM's REST API, over HTTPS with basic authentication: one request, one answer.

NVIDIA UFM Enterprise REST API Guide (docs.nvidia.com, v6.12 to v6.22): everything lies below ``/ufmRest``, which takes
basic authentication; bodies and answers are JSON. It imports nothing of NAPALM, since the keeper of a timed commit
(`netgen.session.drivers.keeper`) is to start quickly.
"""

import base64
import http.client
import json
import ssl
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from netgen.record import Record

BASE = "/ufmRest"
_MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""A member is some 100 bytes of JSON: what is larger than a million of them is no list of members."""
_SAID_CHARACTERS = 300


class Trouble(Enum):
    """Why there is no answer to work with."""

    CONNECTION = auto()
    AUTHENTICATION = auto()
    REFUSED = auto()
    NOT_UNDERSTOOD = auto()


class UfmError(Exception):
    """A request failed; the message says which, and what UFM said.

    Parameters
    ----------
    trouble
        The kind of failure.
    message
        For people; without the login.
    """

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


class Place(Record):
    """Where a UFM is, how it is trusted, and who logs in.

    Parameters
    ----------
    host, port
        Of its web server.
    username, password
        For basic authentication.
    timeout_s
        For each request, in seconds.
    ca
        File of the authority to trust; ``None``: the system's.
    verify
        Whether the certificate is verified.
    """

    host: str
    port: int
    username: str
    password: str
    timeout_s: float
    ca: str | None = None
    verify: bool = True

    def __repr__(self) -> str:
        return f"Place({self.host}:{self.port})"

    def tls(self) -> ssl.SSLContext:
        """Return how its certificate is verified.

        Raises
        ------
        OSError
            If the authority's file cannot be read.
        """
        context = ssl.create_default_context(cafile=self.ca)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class UfmClient:
    """Requests to one UFM, over one connection as long as it lasts; every method raises `UfmError`."""

    __slots__ = ("_connection", "_headers", "_place")

    def __init__(self, place: Place) -> None:
        login = base64.b64encode(f"{place.username}:{place.password}".encode()).decode()
        self._place = place
        self._headers = {"Authorization": f"Basic {login}", "Accept": "application/json"}
        self._connection = http.client.HTTPSConnection(
            place.host, place.port, timeout=place.timeout_s, context=place.tls()
        )

    def ask(self, path: str) -> Any:  # noqa: ANN401 - whatever JSON says
        """Return what is at a path below ``/ufmRest``.

        Raises
        ------
        UfmError
            When there is no answer, or one that refuses, or none of UFM's.
        """
        answer = self._request("GET", path, None)
        try:
            return json.loads(answer)
        except ValueError:
            raise UfmError(
                Trouble.NOT_UNDERSTOOD, f"GET {BASE}{path} is not answered with JSON, as UFM does: is this its address?"
            ) from None

    def do(self, method: str, path: str, body: Mapping[str, object] | None) -> None:
        """Change something; an answer without an error is all that is waited for.

        Raises
        ------
        UfmError
            When there is no answer, or one that refuses.
        """
        self._request(method, path, None if body is None else json.dumps(body).encode())

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _request(self, method: str, path: str, body: bytes | None) -> bytes:
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        what = f"{method} {BASE}{path.partition('?')[0]}"
        try:
            status, answer = self._exchange(method, f"{BASE}{path}", body, headers)
        except (OSError, http.client.IncompleteRead) as error:
            self.close()
            raise UfmError(Trouble.CONNECTION, f"{what}: no answer") from error
        except (http.client.HTTPException, ValueError) as error:
            self.close()
            raise UfmError(Trouble.NOT_UNDERSTOOD, f"{what}: the answer is not HTTP ({type(error).__name__})") from None
        if status in {401, 403}:
            raise UfmError(Trouble.AUTHENTICATION, f"{what}: {self._place.username} may not (HTTP {status})")
        if not 200 <= status < 300:
            raise UfmError(Trouble.REFUSED, f"{what}: HTTP {status}: {_said(answer)}")
        return answer

    def _exchange(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Send a request, once more over a new connection if UFM has closed the old one since the last answer."""
        was_open = self._connection.sock is not None
        try:
            self._connection.request(method, path, body, dict(headers))
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            # What may have been done must not be done again unasked; reading twice is harmless.
            if not was_open or method != "GET":
                raise
            self._connection.request(method, path, body, dict(headers))
            response = self._connection.getresponse()
        answer = response.read(_MAX_ANSWER_BYTES + 1)
        if len(answer) > _MAX_ANSWER_BYTES:
            raise ValueError
        return response.status, answer


def _said(answer: bytes) -> str:
    """Return UFM's own words: an error is a JSON text, or an object with one."""
    text = answer.decode(errors="replace")
    try:
        found = json.loads(text)
    except ValueError:
        found = text
    if isinstance(found, dict):
        found = next((found[key] for key in ("error", "message", "detail") if isinstance(found.get(key), str)), text)
    words = " ".join(str(found).split())
    return words[:_SAID_CHARACTERS] or "no reason given"
