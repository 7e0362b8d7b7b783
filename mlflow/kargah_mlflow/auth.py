"""Who is asking: MLflow's permission app calls this with every request (`authorization_function`)."""

from __future__ import annotations

import os
import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from flask import Response, g, make_response, request
from werkzeug.datastructures import Authorization

AUDIENCE = "mlflow"
ISSUER = "kargah"
#: The MLflow administrator that only the bridge itself may be.
SERVICE_USER = "kargah"
PUBLIC_KEY_VARIABLE = "KARGAH_MLFLOW_PUBLIC_KEY"

_USER_NAME = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
_known_users: set[str] = set()


@lru_cache(maxsize=4)
def _public_key(path: str) -> Ed25519PublicKey:
    key = load_pem_public_key(Path(path).read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError(f"{path} does not hold an Ed25519 public key")
    return key


def username_of(token: str, key: Ed25519PublicKey) -> str:
    """The MLflow user a token of the bridge stands for.

    Raises:
        jwt.InvalidTokenError: forged, expired, for another audience, or with a name that it may not have.
    """
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=["EdDSA"],
        audience=AUDIENCE,
        issuer=ISSUER,
        leeway=5,
        options={"require": ["exp", "iat", "aud", "iss", "sub"]},
    )
    name = claims["sub"]
    if not isinstance(name, str) or _USER_NAME.fullmatch(name) is None:
        raise jwt.InvalidTokenError("sub is not a user name")
    # A person can never become the administrator by choosing its name as an id.
    if (name == SERVICE_USER) != (claims.get("role") == "service"):
        raise jwt.InvalidTokenError("sub and role do not belong together")
    return name


def authenticate() -> Authorization | Response:
    """The signed-in user of the current request, made on first sight, or a 401 answer."""
    known: Authorization | None = g.get("kargah_authorization")
    if known is not None:
        return known
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise jwt.InvalidTokenError("no bearer token")
        name = username_of(token.strip(), _public_key(os.environ[PUBLIC_KEY_VARIABLE]))
    except jwt.InvalidTokenError:
        return make_response({"error_code": "UNAUTHENTICATED", "message": "Sign in through the bridge."}, 401)
    _ensure_user(name)
    authorization = Authorization("basic", {"username": name, "password": ""})
    # A token may run out while a large upload passes: it was good when the request came.
    g.kargah_authorization = authorization
    return authorization


def _ensure_user(name: str) -> None:
    from mlflow.exceptions import MlflowException
    from mlflow.server.auth import store

    if name in _known_users:
        return
    if not store.has_user(name):
        try:
            # A random password that is never kept, so that nobody can sign in with it.
            store.create_user(name, secrets.token_urlsafe(32), is_admin=False)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
    _known_users.add(name)
