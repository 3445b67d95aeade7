"""HTTPS on many loopback addresses: one thread, one event loop, all switches of a lab."""

import asyncio
import base64
import hmac
import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from netgen.lab.eos.certs import authority
from netgen.lab.eos.eapi import CommandError, run
from netgen.lab.eos.fabric import Fabric
from netgen.lab.eos.faults import Fault
from netgen.lab.spec import LabSpec

_BACKLOG = 1024
"""Connections that wait to be accepted; hundreds of clients start at once."""
_LARGEST_BODY_BYTES = 32 * 1024 * 1024
_LARGEST_HEAD_BYTES = 16 * 1024
_READ_TIMEOUT_S = 30.0
_HANG_S = 3600.0
_START_TIMEOUT_S = 60.0
_PATH = "/command-api"


class _Address(Struct):
    """Where a switch listens, while it does."""

    host: str
    port: int
    tls: ssl.SSLContext
    listener: socket.socket | None = None


class _Answered(Exception):  # noqa: N818 - not an error: the answer is complete
    """An HTTP answer other than the usual one."""

    def __init__(self, status: str, body: str) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class Server:
    """The simulators of a lab, listening.

    Parameters
    ----------
    fabric
        The lab; change it while the server runs.
    ca_file
        The certificate by which clients verify the switches.
    """

    def __init__(
        self, fabric: Fabric, ca_file: Path, addresses: dict[str, _Address], username: str, password: str
    ) -> None:
        self.fabric = fabric
        self.ca_file = ca_file
        self._addresses = addresses
        self._credentials = base64.b64encode(f"{username}:{password}".encode())
        self._username = username
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="eos-lab", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Listen on every address.

        Raises
        ------
        OSError
            An address cannot be listened on.
        """
        self._thread.start()
        self.fabric.on_change(self._changed)
        try:
            self._in_loop(self._follow)
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop listening, cut what is open and end the thread; may be called twice."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_START_TIMEOUT_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_START_TIMEOUT_S)
        if not self._loop.is_closed() and not self._loop.is_running():
            self._loop.close()

    async def _close(self) -> None:
        for address in self._addresses.values():
            self._close_listener(address)
        if self._alarm:
            self._alarm.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- following the fabric ------------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Make the sockets follow the fabric before whoever changed it goes on."""
        if threading.current_thread() is self._thread:
            self._follow()
        elif self._thread.is_alive():
            self._in_loop(self._follow)

    def _in_loop(self, action: Callable[[], None]) -> None:
        async def act() -> None:
            action()

        asyncio.run_coroutine_threadsafe(act(), self._loop).result(_START_TIMEOUT_S)

    def _follow(self) -> None:
        """Listen where a switch can be reached and nowhere else; wake up for the next commit timer."""
        for name, address in self._addresses.items():
            if self.fabric.reachable(name):
                self._open_listener(name, address)
            else:
                self._close_listener(address)
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        deadline = self.fabric.next_deadline_s()
        if deadline is not None:
            wait_s = max(0.0, deadline - self.fabric.clock())
            self._alarm = self._loop.call_later(wait_s, self._fire)

    def _fire(self) -> None:
        self.fabric.fire_timers()
        self._follow()

    def _open_listener(self, name: str, address: _Address) -> None:
        if address.listener is not None:
            return
        address.listener = socket.create_server((address.host, address.port), backlog=_BACKLOG)
        address.listener.setblocking(False)
        self._loop.add_reader(address.listener, self._accept, name, address)

    def _close_listener(self, address: _Address) -> None:
        if address.listener is None:
            return
        self._loop.remove_reader(address.listener)
        address.listener.close()
        address.listener = None

    # -- one connection ------------------------------------------------------------------------------------------

    def _accept(self, name: str, address: _Address) -> None:
        if address.listener is None:
            return
        try:
            connection, _ = address.listener.accept()
        except OSError:
            return  # the client has gone again, or there are too many
        connection.setblocking(False)
        task = self._loop.create_task(self._converse(name, address, connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, name: str, address: _Address, connection: socket.socket) -> None:
        """Answer one request and close: the API of EOS keeps no connection."""
        reader = asyncio.StreamReader(limit=_LARGEST_HEAD_BYTES, loop=self._loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=self._loop)
        transport = None
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol, connection, ssl=address.tls, ssl_handshake_timeout=_READ_TIMEOUT_S
            )
            if Fault.SILENT in self.fabric.faults(name):
                await asyncio.sleep(_HANG_S)
            answer = await self._request(name, reader)
            if answer:
                writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
                writer.write(answer)
                await asyncio.wait_for(writer.drain(), _READ_TIMEOUT_S)
                writer.close()
                await asyncio.wait_for(writer.wait_closed(), _READ_TIMEOUT_S)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError, ValueError):
            # the client went away, or spoke no HTTP: its own concern
            pass
        finally:
            if transport:
                transport.abort()
            else:
                connection.close()

    async def _request(self, name: str, reader: asyncio.StreamReader) -> bytes:
        try:
            body = await asyncio.wait_for(self._read(reader), _READ_TIMEOUT_S)
            answer, committed = self._run(name, body)
        except _Answered as other:
            return _response(other.status, other.body, "text/html")
        if committed:
            faults = self.fabric.faults(name)
            if Fault.HANG_AFTER_COMMIT in faults:
                await asyncio.sleep(_HANG_S)
            if faults & {Fault.HANG_AFTER_COMMIT, Fault.DROP_AFTER_COMMIT}:
                return b""
        return _response("200 OK", json.dumps(answer), "application/json")

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        """Read a request to its end, so that whatever is answered is not lost when the connection is closed."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, *_ = (*head[0].split(), "", "")
        fields = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in head[1:] if line)}
        length = fields.get("content-length", "0")
        if not length.isdigit() or int(length) > _LARGEST_BODY_BYTES:
            raise _Answered("413 Request Entity Too Large", "Request Entity Too Large\n")
        body = await reader.readexactly(int(length))
        kind, _, credentials = fields.get("authorization", "").partition(" ")
        if kind.lower() != "basic" or not hmac.compare_digest(credentials.strip().encode(), self._credentials):
            raise _Answered("401 Unauthorized", "Unable to authenticate user: Bad username/password combination\n")
        if path != _PATH:
            raise _Answered("404 Not Found", "Not Found\n")
        if method != "POST":
            raise _Answered("405 Method Not Allowed", "Method Not Allowed\n")
        return body

    def _run(self, name: str, body: bytes) -> tuple[dict[str, Any], bool]:
        """Run a JSON-RPC request; return the answer, and whether it committed anything."""
        try:
            request = json.loads(body)
            number, parameters = request.get("id"), request["params"]
            commands, form = list(parameters["cmds"]), parameters.get("format") or "json"
            method = request["method"]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return _failed(None, -32700, "Parse error", []), False
        if method != "runCmds" or form not in ("json", "text"):
            return _failed(number, -32601, "Method not found", []), False
        try:
            answers, committed = run(self.fabric, name, self._username, commands, form)
        except CommandError as error:
            return _failed(number, error.code, error.message, error.data), False
        return {"jsonrpc": "2.0", "id": number, "result": answers}, committed


def _failed(number: object, code: int, message: str, data: list[dict[str, Any]]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message, "data": data}}


def _response(status: str, body: str, kind: str) -> bytes:
    content = body.encode()
    challenge = 'WWW-Authenticate: Basic realm="COMMAND_API_AUTH"\r\n' if status.startswith("401") else ""
    head = (
        f"HTTP/1.1 {status}\r\nServer: nginx\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        f"{challenge}Connection: close\r\n\r\n"
    )
    return head.encode() + content


def serve(
    spec: LabSpec,
    addresses: Mapping[str, tuple[str, int]],
    username: str,
    password: str,
    directory: Path,
) -> Server:
    """Start the simulated switches of a lab.

    Parameters
    ----------
    spec
        The lab; its nodes of kind ``eos`` are served.
    addresses
        For each of them an address in 127.0.0.0/8 and a TCP port.
    username, password
        What a client must give, whatever users the configuration of a switch names.
    directory
        Where the authority's certificate (``ca.pem``) and the switches' keys go.

    Returns
    -------
    Server
        Listening; `stop` ends it, `fabric` is the lab.

    Raises
    ------
    KeyError
        A switch of the lab has no address.
    OSError
        An address cannot be listened on.
    """
    issuer = authority(directory, spec.name)
    places = {}
    for node in spec.nodes:
        if node.kind != "eos":
            continue
        host, port = addresses[node.name]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(issuer.issue(node.name, host))
        places[node.name] = _Address(host, port, context)
    server = Server(Fabric(spec), issuer.path, places, username, password)
    server.start()
    return server
