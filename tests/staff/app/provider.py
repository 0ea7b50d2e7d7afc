"""A small OpenID provider on this machine, for tests: discovery, authorize with PKCE, token, user info, keys."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


class Provider:
    """`person`: the claims of whoever signs in there next. `asked`: what it was asked, by path."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client, self.secret = "desk", "a-secret-of-the-desk"
        self.person: dict[str, Any] = {}
        self.audience = self.client
        self.asked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next, with a code."""
        assert asked["client_id"] == self.client
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(given.get("code", ""), None)
        if asked is None or (given.get("client_id"), given.get("client_secret")) != (self.client, self.secret):
            return None
        verifier = hashlib.sha256(given["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(verifier).decode().rstrip("=") != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {"iss": self.url, "aud": self.audience, "iat": now, "exp": now + 300, **self.person}
        signed = jwt.encode(claims, self.key, "RS256", headers={"kid": "one"})
        return {"access_token": "let-me-see", "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}


@contextmanager
def running() -> Iterator[Provider]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    server.provider = Provider(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.provider  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        provider, parts = self._asked()
        if parts.path == "/.well-known/openid-configuration":
            self._say(provider.discovery())
        elif parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", provider.authorize({k: v[0] for k, v in parse_qs(parts.query).items()}))
            self.end_headers()
        elif parts.path == "/userinfo":
            trusted = self.headers.get("Authorization") == "Bearer let-me-see"
            self._say(provider.person if trusted else None)
        elif parts.path == "/keys":
            self._say(provider.keys())
        else:
            self._say(None)

    def do_POST(self) -> None:
        provider, _ = self._asked()
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        self._say(provider.token({name: values[0] for name, values in parse_qs(body).items()}))

    def _asked(self) -> tuple[Provider, Any]:
        provider: Provider = self.server.provider  # type: ignore[attr-defined]
        parts = urlsplit(self.path)
        provider.asked.append(parts.path)
        return provider, parts

    def _say(self, answer: dict[str, Any] | None) -> None:
        self.send_response(200 if answer is not None else 400)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer or {"error": "invalid_request"}).encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Quietly."""
