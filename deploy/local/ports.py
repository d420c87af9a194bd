"""Ports of the loopback address: finding free ones, and saying clearly that one is taken."""

import random
import socket
import time

from deploy.local.errors import LocalStackError, PortTakenError

LOOPBACK = "127.0.0.1"
# Below the range from which Linux takes the ports of outgoing connections: nobody gets one by accident.
FIRST, LAST = 18000, 32000
# A launcher that was killed takes its children along within moments; a second start waits for that.
PATIENCE = 2.0

# The reservations of this process, by port; they end with it.
_reserved: dict[int, int] = {}


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def reserve(port: int) -> bool:
    """Take a port for this process, before what listens on it is started; False when another has it.

    The sign that others see is the UDP port of the same number, which nothing here listens on.
    """
    sign = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sign.bind((LOOPBACK, port))
    except OSError:
        sign.close()
        return False
    _reserved[port] = sign.detach()
    return True


def free_port() -> int:
    """A free port that no process has been given before, neither this nor one that runs beside it."""
    for port in random.sample(range(FIRST, LAST), 500):
        if is_free(port) and reserve(port):
            return port
    raise LocalStackError(f"No free port of 127.0.0.1 was found between {FIRST} and {LAST}.")


def claim(port: int, what: str, patience: float = PATIENCE) -> None:
    """Raise PortTakenError if the port stays taken for as long as `patience` seconds."""
    deadline = time.monotonic() + patience
    while not is_free(port):
        if time.monotonic() > deadline:
            raise PortTakenError(port, what)
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Whether somebody accepts a connection on the port."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((LOOPBACK, port)) == 0
