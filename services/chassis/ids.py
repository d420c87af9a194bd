"""Identifiers: time-ordered for rows, random for secrets, derived where two services must agree without asking."""

import hashlib
import hmac
import uuid
from uuid import UUID

from uuid_utils import compat

# Ours alone: a person id derived under it meets no id derived elsewhere.
_PEOPLE = UUID("5b3b1ac5-9d55-5d6e-a7c4-0d6d3f7a51c2")


def new_id() -> UUID:
    """A new id whose order follows system time, so that rows made together lie together in an index."""
    return compat.uuid7()


def secret_id() -> UUID:
    """A new id that tells nothing about when or in which order it was made."""
    return uuid.uuid4()


def bootstrap_person_id(issuer: str, number: str) -> UUID:
    """The id of the first administrator: two services that never talked derive the same one."""
    return uuid.uuid5(_PEOPLE, f"{issuer}|{number}")


def number_key(key: bytes, issuer: str, number: str) -> str:
    """The keyed hash by which a campus number is found without being stored."""
    return hmac.digest(key, f"{issuer}|{number}".encode(), hashlib.sha256).hex()
