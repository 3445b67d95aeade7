"""Messages between the supervisor and the first process of a node: JSON over a SOCK_SEQPACKET pair.

One packet is one message, so there is no framing; a packet may carry one file descriptor (an accepted
connection for sshd). An empty read is the other side's death.
"""

import array
import json
import os
import socket
from typing import Any

Message = dict[str, Any]

#: A node with 1,024 ports of 15 characters says less than this in one message.
_MAX_BYTES = 1 << 16


class Closed(Exception):  # noqa: N818 -- an end of conversation, not a mistake
    """The other side is gone."""


def send(channel: socket.socket, message: Message, descriptor: int | None = None) -> None:
    """Send one message, and one open file with it.

    Raises
    ------
    Closed
        The other side is gone.
    TimeoutError
        The other side takes nothing.
    """
    descriptors = [] if descriptor is None else [descriptor]
    try:
        socket.send_fds(channel, [json.dumps(message).encode()], descriptors)
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Closed from error


def receive(channel: socket.socket) -> tuple[Message, int | None]:
    """Wait for one message, as long as the channel's time-out lets.

    Returns
    -------
    message, descriptor
        What was said, and the open file that came with it, which is now the caller's to close.

    Raises
    ------
    Closed
        The other side is gone.
    TimeoutError
        Nothing was said in time.
    """
    room = socket.CMSG_SPACE(array.array("i").itemsize)
    try:
        data, ancillary, _, _ = channel.recvmsg(_MAX_BYTES, room)
    except ConnectionResetError as error:
        raise Closed from error
    descriptors = [
        number for level, kind, raw in ancillary if (level, kind) == _RIGHTS for number in array.array("i", raw)
    ]
    for number in descriptors:
        os.set_inheritable(number, False)
    if not data:
        raise Closed
    message: Message = json.loads(data)
    return message, descriptors[0] if descriptors else None


_RIGHTS = (socket.SOL_SOCKET, socket.SCM_RIGHTS)
