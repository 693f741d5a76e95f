"""Secrets that must be read again, sealed with a key that lies outside of the database."""

import base64
import hmac
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@lru_cache(maxsize=32)  # a file may bring a million secrets
def _derived(purpose: str, key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"guanxi.{purpose}".encode())
    return derived.derive(key.encode())


def _fernet(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(purpose, settings.SECRET_KEY)))


def keyed_hash(text: str, *, purpose: str) -> str:
    """What equal secrets have in common, in 64 characters; without the key nobody can try them."""
    key = _derived(f"{purpose}.hash", settings.SECRET_KEY)
    return hmac.new(key, text.encode(), sha256).hexdigest()


def seal(text: str, *, purpose: str) -> bytes:
    """Encrypt a secret; it is opened for the same purpose only."""
    return _fernet(purpose).encrypt(text.encode())


def unseal(sealed: bytes, *, purpose: str) -> str:
    """Raises cryptography.fernet.InvalidToken if it was sealed otherwise or changed since."""
    return _fernet(purpose).decrypt(bytes(sealed)).decode()
