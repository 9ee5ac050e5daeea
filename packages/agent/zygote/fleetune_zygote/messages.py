"""What agent and zygote tell each other: one JSON object a line."""

import json
import os
import socket


class Channel:
    """The zygote's end. Writes are single lines, so that a forked process may write its own between others."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._unread = b""

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, message: dict) -> None:
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> "dict | None":
        """The next message; None when the agent is gone. Waits."""
        while b"\n" not in self._unread:
            piece = self._socket.recv(1 << 16)
            if not piece:
                return None
            self._unread += piece
        line, self._unread = self._unread.split(b"\n", 1)
        return json.loads(line)

    def has_buffered(self) -> bool:
        return b"\n" in self._unread

    def close(self) -> None:
        self._socket.close()


def resident_bytes() -> int:
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def thread_count() -> int:
    return len(os.listdir("/proc/self/task"))
