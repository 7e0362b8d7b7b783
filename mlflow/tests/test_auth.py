"""Tokens that MLflow's permission app takes, and those that it does not."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, Response, g

from kargah_mlflow import auth

KEY = Ed25519PrivateKey.generate()


def token(key: Ed25519PrivateKey = KEY, **changes: Any) -> str:
    now = int(time.time())
    claims = {"sub": "u1", "role": "user", "iss": "kargah", "aud": "mlflow", "iat": now, "exp": now + 60} | changes
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, key, algorithm="EdDSA")


def test_a_good_token_names_its_user() -> None:
    assert auth.username_of(token(), KEY.public_key()) == "u1"
    assert auth.username_of(token(sub=auth.SERVICE_USER, role="service"), KEY.public_key()) == auth.SERVICE_USER


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "kargah"},
        {"iss": "somebody"},
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "a/b"},
        {"sub": "x" * 65},
        {"sub": auth.SERVICE_USER},
        {"role": "service"},
    ],
    ids=str,
)
def test_a_wrong_token_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(jwt.InvalidTokenError):
        auth.username_of(token(**changes), KEY.public_key())


def test_a_token_of_another_key_or_kind_is_refused() -> None:
    with pytest.raises(jwt.InvalidTokenError):
        auth.username_of(token(Ed25519PrivateKey.generate()), KEY.public_key())
    unsigned = jwt.encode({"sub": "u1", "role": "user", "iss": "kargah", "aud": "mlflow"}, "", algorithm="none")
    with pytest.raises(jwt.InvalidTokenError):
        auth.username_of(unsigned, KEY.public_key())
    with pytest.raises(jwt.InvalidTokenError):
        auth.username_of("not a token", KEY.public_key())


@pytest.mark.parametrize("header", [None, "Basic dTE6cHc=", "Bearer", "Bearer x.y.z"])
def test_a_request_without_a_good_token_is_answered_401(
    header: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = tmp_path / "key.pem"
    pem.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    monkeypatch.setenv(auth.PUBLIC_KEY_VARIABLE, str(pem))
    with Flask("test").test_request_context(headers={} if header is None else {"Authorization": header}):
        answer = auth.authenticate()
        assert isinstance(answer, Response)
        assert answer.status_code == 401
        assert "kargah_authorization" not in g
