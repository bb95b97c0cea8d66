"""Small secrets kept unreadable in the database: sealed with a key drawn from the site's secret."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_VERSION = "1"


class UnreadableSecretError(Exception):
    """A sealed secret cannot be opened: the site's secret was changed, or it was tampered with."""


def seal(text: str, secret_key: str, purpose: str) -> str:
    """Encrypt a text with AES-256-GCM.

    Parameters
    ----------
    secret_key
        The secret of the site, from which the key is drawn by HKDF (RFC 5869).
    purpose
        What it is for and whose it is: under another purpose it does not open.

    Examples
    --------
    >>> unseal(seal("JBSWY3DP", "k" * 40, "of 7"), "k" * 40, "of 7")
    'JBSWY3DP'
    """
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _cipher(secret_key).encrypt(nonce, text.encode(), purpose.encode())
    return _VERSION + b64encode(nonce + sealed).decode("ascii")


def unseal(sealed: str, secret_key: str, purpose: str) -> str:
    """Decrypt what `seal` gave.

    Raises
    ------
    UnreadableSecretError
        If the site's secret is another one now, or the text was changed.
    """
    try:
        raw = b64decode(sealed.removeprefix(_VERSION), validate=True)
        opened = _cipher(secret_key).decrypt(
            raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()
        )
    except (InvalidTag, ValueError) as error:
        raise UnreadableSecretError("sealed under another secret of the site") from error
    return opened.decode()


def _cipher(secret_key: str) -> AESGCM:
    drawn = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"diaban sealed secrets 1")
    return AESGCM(drawn.derive(secret_key.encode()))
