"""OpenID Connect as we speak it: authorization code flow with PKCE, state and nonce.

Signatures are checked by PyJWT; addresses are reached through `http.targets`, which is told no
private ones unless whoever runs the server listed their hosts.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpcore2
import jwt
from django.conf import settings
from django.core.cache import cache

from guanxi.platform.access.models import PROVIDER_SECRET, IdentityProvider
from guanxi.platform.access.sso.refusals import SignInRefused
from guanxi.platform.http.addresses import fault_of
from guanxi.platform.http.targets import Forbidden, Headers, ask
from guanxi.platform.workspaces.sealing import unseal

# By public keys only: with "none" or a shared secret, whoever knows what is public could sign.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
LEEWAY = 60  # seconds that clocks may differ
SECONDS = 8.0  # for one request to the provider
MOST_BYTES = 512 * 1024  # of one answer
KEPT = 600  # seconds that we go by what the provider last said of itself
KEYS_AGE = 30  # seconds; keys are not asked for again more often, whatever tokens are brought
FORM = "application/x-www-form-urlencoded"
MAIL = frozenset({"email", "email_verified"})
STRONG = frozenset({  # values of acr that mean more than one factor
    "phr", "phrh", "mfa", "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
})  # fmt: skip

Claims = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What this browser was sent to the provider with; what comes back must fit it."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Metadata:
    """What a provider says of itself, as far as we use it."""

    authorize: str
    token: str
    keys: str
    userinfo: str
    leave: str
    by_basic: bool
    names_itself: bool  # in its answers (RFC 9207)


def redirect_address(provider: IdentityProvider) -> str:
    """Where the provider sends people back to: one of its own, so that no other can stand in."""
    return f"{settings.URL}/sso/{provider.pk}/back"


# ------------------------------------------------------------------ there and back


def begin(provider: IdentityProvider) -> Asked:
    """Where to send a browser. Raises SignInRefused."""
    found = metadata(provider)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _n in range(3))
    query = urlencode({
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_address(provider),
        "scope": "openid email profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": _base64(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    })  # fmt: skip
    joint = "&" if urlsplit(found.authorize).query else "?"
    return Asked(f"{found.authorize}{joint}{query}", state, nonce, verifier)


def finish(
    provider: IdentityProvider, *, answer: Mapping[str, str], nonce: str, verifier: str
) -> Claims:
    """What the provider says of whoever comes back with `answer`. Raises SignInRefused.

    That `answer` has the state of this browser is the caller's to check.
    """
    if error := answer.get("error"):
        if error == "access_denied":
            raise SignInRefused("denied")
        raise SignInRefused("refused", told=_printable(error))
    found = metadata(provider)
    if answer.get("iss", None if found.names_itself else provider.issuer) != provider.issuer:
        raise SignInRefused("issuer")
    got = _exchange(provider, found, code=answer.get("code", ""), verifier=verifier)
    access, token = got.get("access_token"), got.get("id_token")
    if not isinstance(token, str) or not isinstance(access, str | None):
        raise SignInRefused("broken")
    claims = _verified(provider, found, token)
    if not compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
        raise SignInRefused("token")
    if access and "at_hash" in claims and claims["at_hash"] != _half_hash(token, access):
        raise SignInRefused("token")
    if access and found.userinfo and {*MAIL, "name", provider.claim or "name"} - claims.keys():
        told = _told_of(found, access, str(claims["sub"]))
        if MAIL - claims.keys():  # that an address is verified is said of that address alone
            claims = {n: claim for n, claim in claims.items() if n not in MAIL}
        claims = told | claims
    return claims


def proves_factor(provider: IdentityProvider, claims: Claims) -> bool:
    """Whether the provider saw a second factor, or is trusted to ask for one by itself."""
    methods = claims.get("amr")
    by_method = isinstance(methods, list) and "mfa" in methods
    return provider.proves_factor or by_method or str(claims.get("acr")) in STRONG


def leave_address(provider: IdentityProvider) -> str | None:
    """Where signing out goes on (OpenID Connect RP-Initiated Logout); None if it ends here."""
    leave = metadata(provider).leave
    if not leave:
        return None
    back = {"client_id": provider.client_id, "post_logout_redirect_uri": f"{settings.URL}/sign-in"}
    return f"{leave}{'&' if urlsplit(leave).query else '?'}{urlencode(back)}"


# ------------------------------------------------------------------ what the provider says


def metadata(provider: IdentityProvider, *, anew: bool = False) -> Metadata:
    """Its discovery document, at most KEPT seconds old. Raises SignInRefused."""
    key = f"sso.metadata.{_digest(provider.issuer)}"
    document: Any = None if anew else cache.get(key)
    if document is None:
        document = _json(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        cache.set(key, document, KEPT)
    if document.get("issuer") != provider.issuer:
        raise SignInRefused("issuer")
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not isinstance(methods, list) or not {"client_secret_basic", "client_secret_post"} & {
        m for m in methods if isinstance(m, str)
    }:
        raise SignInRefused("broken")
    return Metadata(
        authorize=_address(document, "authorization_endpoint"),
        token=_address(document, "token_endpoint"),
        keys=_address(document, "jwks_uri"),
        userinfo=_address(document, "userinfo_endpoint", needed=False),
        leave=_address(document, "end_session_endpoint", needed=False),
        by_basic="client_secret_basic" in methods,
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def keys_of(found: Metadata, *, age: float = KEPT) -> list[Claims]:
    """The provider's public keys, asked for again when we had them for so many seconds."""
    key = f"sso.keys.{_digest(found.keys)}"
    kept: Any = cache.get(key)
    if kept is not None and time.time() - kept[0] < age:
        keys: list[Claims] = kept[1]
        return keys
    listed = _json(found.keys).get("keys")
    keys = [k for k in listed if isinstance(k, dict)] if isinstance(listed, list) else []
    cache.set(key, (time.time(), keys), KEPT)
    return keys


def _address(document: Claims, name: str, *, needed: bool = True) -> str:
    url = document.get(name)
    if url is None and not needed:
        return ""
    if not isinstance(url, str) or fault_of(url, settings.SSO_HOSTS):
        raise SignInRefused("broken")
    return url


def _exchange(provider: IdentityProvider, found: Metadata, *, code: str, verifier: str) -> Claims:
    """Change the code for tokens. Raises SignInRefused."""
    secret = unseal(bytes(provider.secret), purpose=PROVIDER_SECRET)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_address(provider),
        "code_verifier": verifier,
    }
    headers = [("content-type", FORM)]
    if found.by_basic:
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}"
        headers.append(("authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"))
    else:
        form |= {"client_id": provider.client_id, "client_secret": secret}
    status, got = _answer("POST", found.token, headers, urlencode(form).encode())
    if status == 200:
        return got
    error = got.get("error")
    if error == "invalid_client" or status == 401:
        raise SignInRefused("client")
    if error == "invalid_grant":  # spent, too old, or of another sign-in
        raise SignInRefused("not_begun")
    raise SignInRefused("refused", told=_printable(error or f"HTTP {status}"))


def _told_of(found: Metadata, access: str, subject: str) -> Claims:
    """What the provider says at its userinfo endpoint, if it is of the same person."""
    told = _json(found.userinfo, [("authorization", f"Bearer {access}")])
    if told.get("sub") != subject:
        raise SignInRefused("token")
    return told


def _json(url: str, headers: Headers = ()) -> Claims:
    status, found = _answer("GET", url, headers)
    if status != 200:
        raise SignInRefused("unreachable" if status >= 500 else "broken")
    return found


def _answer(method: str, url: str, headers: Headers, content: bytes = b"") -> tuple[int, Claims]:
    """Ask the provider; an answer that is no JSON object is an empty one unless it is needed."""
    every = [
        *headers,
        ("accept", "application/json"),
        ("accept-encoding", "identity"),
        ("user-agent", f"Guanxi/{settings.VERSION}"),
    ]
    if fault_of(url, settings.SSO_HOSTS):
        raise SignInRefused("forbidden")
    try:
        status, body = ask(
            method,
            url,
            hosts=settings.SSO_HOSTS,
            seconds=SECONDS,
            most=MOST_BYTES,
            headers=every,
            content=content,
        )
    except Forbidden as error:
        raise SignInRefused("forbidden") from error
    except (httpcore2.TimeoutException, httpcore2.ConnectError, OSError) as error:
        raise SignInRefused("unreachable") from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, UnicodeError) as error:
        raise SignInRefused("broken") from error
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return status, found
    if status == 200:
        raise SignInRefused("broken")
    return status, {}


# ------------------------------------------------------------------ tokens


def _verified(provider: IdentityProvider, found: Metadata, token: str) -> Claims:
    """The claims of an ID token for us, of this issuer, in its time. Raises SignInRefused.

    Where no key fits, the provider may have new ones.
    """
    try:
        header = jwt.get_unverified_header(token)
        for age in (KEPT, KEYS_AGE):
            for key in _fitting(keys_of(found, age=age), header):
                try:
                    return _decoded(provider, token, key)
                except jwt.InvalidSignatureError:
                    continue
    except jwt.PyJWTError as error:
        raise SignInRefused("token") from error
    raise SignInRefused("token")


def _fitting(keys: Sequence[Claims], header: Claims) -> list[jwt.PyJWK]:
    """The keys that a token with such a header may be signed by, bound to its algorithm."""
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise jwt.InvalidAlgorithmError(algorithm)
    fitting = []
    for key in keys:
        wrong_use = key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm
        if wrong_use or (kid is not None and key.get("kid") != kid):
            continue
        try:
            fitting.append(jwt.PyJWK(key, algorithm))
        except (jwt.PyJWTError, LookupError, AttributeError):  # of another kind, or no key
            continue
    return fitting


def _decoded(provider: IdentityProvider, token: str, key: jwt.PyJWK) -> Claims:
    claims: Claims = jwt.decode(
        token,
        key,
        algorithms=ALGORITHMS,
        issuer=provider.issuer,
        audience=provider.client_id,
        leeway=LEEWAY,
        options={
            "require": ["iss", "sub", "aud", "exp", "iat"],
            "enforce_minimum_key_length": True,
        },
    )
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else provider.client_id) != provider.client_id:
        raise jwt.InvalidAudienceError
    if not 0 < len(claims["sub"]) <= 255 or "\0" in claims["sub"]:
        raise jwt.InvalidTokenError
    return claims


def _half_hash(token: str, access: str) -> str:
    """The at_hash of an access token: half of its digest by the hash of the signature."""
    algorithm = jwt.get_unverified_header(token)["alg"]
    bits = "512" if algorithm == "EdDSA" else algorithm[2:]  # Ed25519 is made with SHA-512
    digest = hashlib.new(f"sha{bits}", access.encode()).digest()
    return _base64(digest[: len(digest) // 2])


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _printable(text: object) -> str:
    """A word of another server's, short and harmless enough to be shown."""
    return "".join(c for c in str(text) if c.isascii() and (c.isalnum() or c in "_-. "))[:60]
