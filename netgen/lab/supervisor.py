"""The lab's supervisor: builds the lab, hands management connections to the nodes, and obeys the control socket.

Started by `netgen.lab.lab.up` as ``python -m netgen.lab.supervisor DIRECTORY``. Its standard output reports to
``up`` in JSON lines; its standard input is a leash: until ``up`` has written a line that lets it go on alone, the
end of that input ends the lab. It never outlives its state directory either, and none of its processes outlives it.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from netgen.lab import control, node, running
from netgen.lab.errors import LabError
from netgen.lab.injection import inject
from netgen.lab.journal import JOURNAL, SPEC
from netgen.lab.running import Running
from netgen.lab.spec import LabSpec
from netgen.record import Record

#: How often the supervisor looks whether its state directory is still there.
_LOOK_S = 5.0


def main(directory: Path) -> int:
    """Be the lab until told to stop; the exit code is 1 if it did not come up."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    spec, ports = read_spec(directory)
    lab = Running(spec, directory)
    try:
        with control.listen(directory) as channel:
            running.bring_up(lab, ports, lambda line: _report(line=line))
            _report(ready=True)
            if sys.stdin.readline():
                _detach()
                _serve(lab, channel)
    except BrokenPipeError:
        return 1  # `up` has died: nobody knows of this lab
    except (LabError, OSError) as error:
        with contextlib.suppress(BrokenPipeError):
            _report(error=str(error))
        return 1
    finally:
        running.take_down(lab)
    return 0


def write_spec(directory: Path, spec: LabSpec, ports: dict[str, int]) -> None:
    """Leave the supervisor its orders."""
    (directory / SPEC).write_bytes(msgspec.json.encode(_Orders(spec, ports)))


def read_spec(directory: Path) -> tuple[LabSpec, dict[str, int]]:
    """Read the supervisor's orders."""
    orders = msgspec.json.decode((directory / SPEC).read_bytes(), type=_Orders)
    return orders.spec, orders.ports


class _Orders(Record):
    """A lab, and the TCP port of each simulator."""

    spec: LabSpec
    ports: dict[str, int]


def _report(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _detach() -> None:
    """Let go of what `up` gave us, so that nothing waits for our output to end."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)


def _stop(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def _serve(lab: Running, channel: socket.socket) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(channel, selectors.EVENT_READ, None)
        for name, listener in lab.listeners.items():
            selector.register(listener, selectors.EVENT_READ, name)
        while (lab.directory / JOURNAL).exists():
            for key, _ in selector.select(_LOOK_S):
                if key.fileobj is channel:
                    # Whoever connects is heard once it speaks: a client that is held up holds nobody up.
                    selector.register(channel.accept()[0], selectors.EVENT_READ, None)
                elif isinstance(key.fileobj, socket.socket) and key.data is None:
                    selector.unregister(key.fileobj)
                    _obey(lab, key.fileobj)
                else:
                    _admit(lab, key.data)
            _unlisten(selector, lab)


def _unlisten(selector: selectors.BaseSelector, lab: Running) -> None:
    """Look only at listeners that may answer now: one that is silent or shut down would wake us for ever."""
    for name, listener in lab.listeners.items():
        listed, wanted = listener in selector.get_map(), name not in lab.refusing | lab.silent
        if wanted and not listed:
            selector.register(listener, selectors.EVENT_READ, name)
        elif listed and not wanted:
            selector.unregister(listener)


def _admit(lab: Running, name: str) -> None:
    listener = lab.listeners[name]
    listener.settimeout(0)
    try:
        connection, _ = listener.accept()
    except OSError:
        return  # the client has gone, or the fault came first
    connection.setblocking(True)
    with contextlib.suppress(LabError):  # a dead node: the connection is closed, status says why
        node.hand_over(lab.nodes[name], connection)


def _obey(lab: Running, connection: socket.socket) -> None:
    with connection:
        request = control.receive(connection)
        if request is not None:
            control.reply(connection, _answer(lab, request))


def _answer(lab: Running, request: dict[str, Any]) -> dict[str, Any]:
    try:
        match request:
            case {"operation": "status"}:
                return {"status": running.describe(lab).as_data()}
            case {"operation": "inject", "fault": str(fault), "arguments": [*arguments]}:
                return {"done": inject(lab, fault, tuple(map(str, arguments)))}
            case _:
                return {"error": "the supervisor understands status and inject"}
    except (LabError, OSError) as error:
        return {"error": str(error)}


if __name__ == "__main__":
    if os.fork() == 0:  # nobody's child: whoever called `up` need not bury us
        sys.exit(main(Path(sys.argv[1])))
