"""Secrets that must be read again, sealed with a key that lies outside of the database."""

import base64

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def _fernet(purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"guanxi.{purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode())))


def seal(text: str, *, purpose: str) -> bytes:
    """Encrypt a secret; it is opened for the same purpose only."""
    return _fernet(purpose).encrypt(text.encode())


def unseal(sealed: bytes, *, purpose: str) -> str:
    """Raises cryptography.fernet.InvalidToken if it was sealed otherwise or changed since."""
    return _fernet(purpose).decrypt(bytes(sealed)).decode()
