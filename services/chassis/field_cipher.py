"""Seals single values (identity numbers, phone numbers) before they are stored: AES-GCM under a ring of keys.

The first key of the ring seals; every key of the ring opens, so that a key is replaced without rewriting the
rows at once. Each value is bound to its place by a context, so that a sealed value copied elsewhere does not open.
"""

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.errors import InternalError

_NONCE = 12


class FieldCipher:
    """Seals and opens values; made once from `settings.field_key_ring`."""

    def __init__(self, ring: Mapping[str, bytes]) -> None:
        self._ring = {kid: AESGCM(key) for kid, key in ring.items()}
        self._current = next(iter(ring), None)

    @property
    def current(self) -> str | None:
        """The id of the key that seals now; None where none is set."""
        return self._current

    def seal(self, text: str, *, context: str) -> bytes:
        """The value as stored: key id, nonce and sealed bytes."""
        return self.seal_bytes(text.encode(), context=context)

    def seal_bytes(self, data: bytes, *, context: str) -> bytes:
        """The same for bytes, such as those of a file."""
        if self._current is None:
            raise InternalError(cause="no field key is set")
        kid = self._current.encode()
        nonce = os.urandom(_NONCE)
        sealed = self._ring[self._current].encrypt(nonce, data, context.encode())
        return bytes([len(kid)]) + kid + nonce + sealed

    def open(self, blob: bytes, *, context: str) -> str:
        """The value again; a defect where its key is gone or it was moved from another place."""
        return self.open_bytes(blob, context=context).decode()

    def open_bytes(self, blob: bytes, *, context: str) -> bytes:
        """The same for bytes."""
        end = 1 + blob[0]
        key = self._ring.get(blob[1:end].decode())
        if key is None:
            raise InternalError(cause="a field key is missing from the ring")
        try:
            return key.decrypt(blob[end : end + _NONCE], blob[end + _NONCE :], context.encode())
        except InvalidTag:
            raise InternalError(cause="a sealed value does not belong here") from None

    def is_current(self, blob: bytes) -> bool:
        """Whether the value is sealed with the key that seals now."""
        return self._current is not None and blob[1 : 1 + blob[0]] == self._current.encode()
