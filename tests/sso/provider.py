"""An identity provider on loopback: it does all that the standard asks, or lies as told."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

Claims = dict[str, Any]
CLIENT, SECRET = "guanxi", "a secret with : and %"


class Key:
    """A signing key as a provider has it."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public(self) -> Claims:
        algorithm = jwt.get_algorithm_by_name("RS256")
        jwk = json.loads(algorithm.to_jwk(self.private.public_key()))
        return {**jwk, "kid": self.kid, "use": "sig"}

    def sign(self, claims: Claims) -> str:
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.kid})


class Provider:
    """What tests may bend: `key`, `published`, `said`, `changed`, `sign`, `userinfo`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = KEY
        self.published = [KEY]
        self.said: Claims = {}  # of its discovery document, otherwise
        self.changed: Claims = {}  # of the ID token, otherwise
        self.sign: Callable[[Claims], str] = lambda claims: self.key.sign(claims)
        self.userinfo: Claims = {}
        self.subject = ""  # of the last who came in
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        self.codes: dict[str, tuple[dict[str, str], Claims]] = {}

    def discovery(self) -> Claims:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            **self.said,
        }

    def approve(self, address: str, claims: Claims, **answer: str) -> str:
        """Let somebody in who came by that address; returns where they are sent back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code, self.subject = secrets.token_urlsafe(), claims.get("sub", "")
        self.codes[code] = (asked, claims)
        query = urlencode({"code": code, "state": asked["state"], **answer})
        return f"{asked['redirect_uri']}?{query}"

    def tokens(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if [*map(unquote_plus, pair.split(":"))] != [CLIENT, SECRET]:
            return 401, {"error": "invalid_client"}
        asked, claims = self.codes.pop(form["code"], ({}, {}))
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked.get("code_challenge") != challenge:
            return 400, {"error": "invalid_grant"}
        assert form["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        token = {
            "iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], **claims, **self.changed,
        }  # fmt: skip
        return 200, {"id_token": self.sign(token), "access_token": "at", "token_type": "Bearer"}


KEY = Key("one")  # made once: it takes a while


@contextmanager
def providing() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            provider.asked.append(self.path)
            if self.path in provider.answers:
                self.reply(*provider.answers[self.path])
            elif self.path == "/.well-known/openid-configuration":
                self.tell(200, provider.discovery())
            elif self.path == "/keys":
                self.tell(200, {"keys": [key.public for key in provider.published]})
            elif self.path == "/userinfo" and self.headers["Authorization"] == "Bearer at":
                self.tell(200, {"sub": provider.subject, **provider.userinfo})
            else:
                self.tell(404, {})

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.tell(*provider.tokens(form, self.headers["Authorization"]))

        def tell(self, status: int, content: Claims) -> None:
            self.reply(status, json.dumps(content).encode())

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
