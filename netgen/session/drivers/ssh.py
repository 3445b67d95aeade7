"""One SSH connection to a Linux device: commands with their exit codes, and nothing believed unchecked."""

import shlex
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from napalm.base.exceptions import (
    CommandTimeoutException,
    ConnectAuthError,
    ConnectionClosedException,
    ConnectionException,
)
from netmiko import ConnectHandler
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException, ReadException
from paramiko import SSHException

from netgen.record import Record

_LOGIN_S = 20
"""For each step of a login, where queries may take longer: a device that says nothing by then is not well."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a device is and how to log in.

    Parameters
    ----------
    host, port, username
        Of the device's SSH server.
    password
        May be empty when there is a key.
    key_file
        Private key; ``None``: the password alone, or the agent where `allow_agent` is set.
    known_hosts
        File of the host keys to accept; ``None``: the user's own ``~/.ssh/known_hosts``.
    insecure_host_key
        Accept any host key. Never a default: whoever sets it says so to the user.
    sudo
        Whether commands need ``sudo -n`` to run as root.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    timeout_s: int
    key_file: str | None = None
    passphrase: str | None = field(default=None, repr=False)
    known_hosts: str | None = None
    insecure_host_key: bool = False
    allow_agent: bool = False
    sudo: bool = False

    def __str__(self) -> str:
        return f"{self.username}@{self.host}:{self.port}"


class Result(Record):
    """What a command answered."""

    status: int
    stdout: str
    stderr: str


def endpoint(hostname: str, username: str, password: str, timeout_s: int, optional: Mapping[str, Any]) -> Endpoint:
    """Build an endpoint from what NAPALM gives to a driver; `optional` is its ``optional_args``."""
    return Endpoint(
        host=hostname,
        port=int(optional.get("port", 22)),
        username=username,
        password=password or "",
        timeout_s=timeout_s,
        key_file=optional.get("key_file"),
        passphrase=optional.get("passphrase"),
        known_hosts=optional.get("known_hosts"),
        insecure_host_key=bool(optional.get("insecure_host_key", False)),
        allow_agent=bool(optional.get("allow_agent", False)),
        sudo=bool(optional.get("sudo", False)),
    )


class Connection:
    """An open connection; `connect` makes one."""

    def __init__(self, device: Any, where: Endpoint) -> None:  # noqa: ANN401 - netmiko's factory is untyped
        self._device = device
        self._where = where

    def run(self, command: Sequence[str], *, stdin: bytes = b"", timeout_s: float | None = None) -> Result:
        """Run a command as root and wait for its end.

        Parameters
        ----------
        command
            Program and arguments; quoted here, so that none is read by a shell.
        stdin
            What the command reads.
        timeout_s
            How long it may take altogether; ``None``: the endpoint's timeout.

        Raises
        ------
        ConnectionClosedException
            When the connection is lost: whether the command ran to its end is then unknown.
        CommandTimeoutException
            When it does not end in time; it may still be running.
        """
        line = shlex.join(["sudo", "-n", *command] if self._where.sudo else command)
        limit_s = timeout_s or self._where.timeout_s
        try:
            channel = self._transport().open_session(timeout=self._where.timeout_s)
        except (SSHException, OSError, EOFError) as error:
            raise ConnectionClosedException(f"{self._where}: the connection is lost: {error}") from error
        try:
            channel.settimeout(limit_s)
            channel.exec_command(line)
            if stdin:
                channel.sendall(stdin)
            channel.shutdown_write()
            return _collect(channel, limit_s)
        except TimeoutError as error:
            raise CommandTimeoutException(
                f"{self._where}: {command[0]} has not answered within {limit_s:g} s"
            ) from error
        except (SSHException, OSError, EOFError) as error:
            raise ConnectionClosedException(f"{self._where}: the connection was lost: {error}") from error
        finally:
            channel.close()

    def _transport(self) -> Any:  # noqa: ANN401 - paramiko is untyped
        client = self._device.remote_conn_pre
        transport = client.get_transport() if client else None
        if transport is None or not transport.is_active():
            raise ConnectionClosedException(f"{self._where}: the connection is lost")
        return transport

    def is_alive(self) -> bool:
        """Whether the device still answers on this connection."""
        return bool(self._device.is_alive())

    def close(self) -> None:
        """End the connection; netmiko's own farewell would wait ten seconds for a root shell to leave "its mode"."""
        self._device.paramiko_cleanup()


def _collect(channel: Any, limit_s: float) -> Result:  # noqa: ANN401 - paramiko is untyped
    """Read both streams to their ends; each wait is bounded by the channel's timeout."""
    stdout = channel.makefile("rb").read()
    # What a command says on standard error fits paramiko's window (2 MiB), so reading it second cannot block it.
    stderr = channel.makefile_stderr("rb").read()
    if not channel.status_event.wait(limit_s):
        raise TimeoutError
    if channel.exit_status == -1:  # paramiko's word for a command that ended with its connection
        raise EOFError("the command was cut off")
    # surrogateescape keeps the length of what is not UTF-8
    return Result(channel.exit_status, stdout.decode(errors="surrogateescape"), stderr.decode(errors="replace"))


def connect(where: Endpoint) -> Connection:
    """Log in.

    Raises
    ------
    ConnectAuthError
        When the device refuses the credentials.
    ConnectionException
        When it cannot be reached, or is not the device that it should be by its host key.
    """
    if where.known_hosts is not None and not Path(where.known_hosts).is_file():
        raise ConnectionException(
            f"{where}: there is no file of known hosts {where.known_hosts}: nothing can be trusted"
        )
    if where.key_file is not None and not Path(where.key_file).is_file():
        raise ConnectionException(f"{where}: there is no private key {where.key_file}")
    try:
        device = ConnectHandler(
            device_type="linux",
            host=where.host,
            port=where.port,
            username=where.username,
            password=where.password,
            use_keys=where.key_file is not None,
            key_file=where.key_file,
            passphrase=where.passphrase,
            allow_agent=where.allow_agent,
            # netmiko accepts any host key unless told otherwise
            ssh_strict=not where.insecure_host_key,
            system_host_keys=where.known_hosts is None,
            alt_host_keys=where.known_hosts is not None,
            alt_key_file=where.known_hosts or "",
            conn_timeout=min(where.timeout_s, _LOGIN_S),
            auth_timeout=min(where.timeout_s, _LOGIN_S),
            banner_timeout=min(where.timeout_s, _LOGIN_S),
            keepalive=15,
        )
    except NetmikoAuthenticationException as error:
        raise ConnectAuthError(f"{where}: the device refuses these credentials") from error
    except (NetmikoTimeoutException, ReadException, SSHException, EOFError, OSError) as error:
        raise ConnectionException(f"{where}: {_why(error, where)}") from error
    # A command is several small packets: each would wait for the acknowledgement of the one before.
    device.remote_conn_pre.get_transport().sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(device, where)


def _why(error: BaseException, where: Endpoint) -> str:
    """Say in a line what netmiko says in a page."""
    text = str(error.__context__ or error)
    file = where.known_hosts or "~/.ssh/known_hosts"
    if "does not match" in text:
        return f"its host key is not the one in {file}: refused. Another device answers, or this one was reinstalled"
    if "not found in known_hosts" in text:
        return f"its host key is not in {file}: refused. Add the key after checking it by other means"
    if isinstance(error.__context__, socket.gaierror):
        return "the name has no address"
    return f"no SSH connection: {' '.join(text.split())}"
