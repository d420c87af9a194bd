"""What can go wrong with the embedded stack, each said in one line a person can act on."""


class LocalStackError(Exception):
    """A part of the embedded stack cannot be used; the message is one line."""


class PortTakenError(LocalStackError):
    """Another program listens where a part of the stack wants to."""

    def __init__(self, port: int, what: str) -> None:
        super().__init__(f"Port {port} of 127.0.0.1, wanted for {what}, is taken by another program.")
        self.port = port


class FolderError(LocalStackError):
    """A data folder cannot be written, or cannot be reached by the user the database runs as."""


class NotReadyError(LocalStackError):
    """A part of the stack did not become ready, or ended while it was waited for."""
