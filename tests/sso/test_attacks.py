"""What must not let anybody in: answers that are forged, old, of others, or that lead elsewhere."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.cache import cache
from django.test import Client

from guanxi.platform.access.models import User
from guanxi.platform.access.sso.views import local_path
from tests.cast import Firm
from tests.sso.conftest import Add
from tests.sso.journey import OWNER, come_back, name_of, refused, set_out, sign_in
from tests.sso.provider import CLIENT, SECRET, Key, Provider, providing

pytestmark = pytest.mark.django_db
Sign = Callable[[dict[str, Any]], str]


@pytest.fixture(autouse=True)
def owner(firm: Firm) -> None:
    User.objects.filter(pk=firm["owner"].pk).update(email="owner@firm.example")
    cache.clear()


def changed(address: str, **values: str | None) -> str:
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query)) | values
    given = {k: v for k, v in query.items() if v is not None}
    return parts._replace(query=urlencode(given)).geturl()


class TestTheWayBack:
    def test_a_wrong_state(self, add: Add, idp: Provider) -> None:
        provider = add()
        for state in ("x", "", None):
            browser = Client()
            back = idp.approve(set_out(browser, provider), OWNER)
            come_back(browser, changed(back, state=state))
            assert "Begin again" in refused(browser)
        assert "/token" not in idp.asked

    def test_anothers_browser(self, add: Add, idp: Provider) -> None:
        """Whoever is sent an answer that somebody else began is not signed in as them."""
        provider, attacker, victim = add(), Client(), Client()
        back = idp.approve(set_out(attacker, provider), OWNER)
        come_back(victim, back)
        assert "another browser" in refused(victim)

    def test_an_answer_again(self, add: Add, idp: Provider) -> None:
        provider, browser = add(), Client()
        back = idp.approve(set_out(browser, provider), OWNER)
        come_back(browser, back)
        browser.delete("/api/v1/session")
        come_back(browser, back)
        assert "used already" in refused(browser)

    def test_a_code_again(self, add: Add, idp: Provider) -> None:
        """Under a state of its own it is the provider that knows better."""
        provider, browser = add(), Client()
        back = idp.approve(set_out(browser, provider), OWNER)
        come_back(browser, back)
        other = Client()
        state = dict(parse_qsl(urlsplit(set_out(other, provider)).query))["state"]
        come_back(other, changed(back, state=state))
        assert "used already" in refused(other)

    def test_a_stolen_code(self, add: Add, idp: Provider) -> None:
        """It is of no use in another browser: the verifier (PKCE) stays behind."""
        provider, victim, thief = add(), Client(), Client()
        stolen = idp.approve(set_out(victim, provider), OWNER)
        state = dict(parse_qsl(urlsplit(set_out(thief, provider)).query))["state"]
        come_back(thief, changed(stolen, state=state))
        assert name_of(thief) is None

    def test_too_late(self, add: Add, idp: Provider) -> None:
        provider, browser = add(), Client()
        back = idp.approve(set_out(browser, provider), OWNER)
        kept = browser.session
        for begun in kept["sso_begun"].values():
            begun["until"] = time.time() - 1
        kept.save()
        come_back(browser, back)
        assert "too long" in refused(browser)

    def test_providers_mixed_up(self, add: Add, idp: Provider) -> None:
        """An honest provider's answer is not taken to where another's is awaited, nor back."""
        with providing() as evil:
            honest = add()
            other = add(name="Evil", issuer=evil.url)
            browser = Client()
            back = idp.approve(set_out(browser, honest), OWNER)
            come_back(browser, back.replace(honest["id"], other["id"]))
            assert "Begin again" in refused(browser)
            assert "/token" not in evil.asked  # it never saw the code

    def test_an_answer_that_names_another_issuer(self, add: Add, idp: Provider) -> None:
        browser = Client()
        back = idp.approve(set_out(browser, add()), OWNER, iss="https://evil.example")
        come_back(browser, back)
        assert "another issuer" in refused(browser)
        assert "/token" not in idp.asked

    def test_an_answer_that_does_not_name_itself_as_promised(self, add: Add, idp: Provider) -> None:
        idp.said = {"authorization_response_iss_parameter_supported": True}
        provider, browser = add(), Client()
        come_back(browser, idp.approve(set_out(browser, provider), OWNER))
        assert "another issuer" in refused(browser)
        come_back(browser, idp.approve(set_out(browser, provider), OWNER, iss=idp.url))
        assert name_of(browser) == "owner"

    @pytest.mark.parametrize(
        ("error", "words"),
        [("access_denied", "did not let you in"), ("<b>server_error</b>", "bserver_errorb")],
    )
    def test_a_refusal_is_told_in_words(
        self, add: Add, idp: Provider, error: str, words: str
    ) -> None:
        browser = Client()
        back = idp.approve(set_out(browser, add()), OWNER, error=error)
        come_back(browser, changed(back, code=None))
        told = refused(browser)
        assert words in told
        assert "<" not in told

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example",
            "javascript:alert(1)", "/\t/evil.example", "evil", "", "/" + "a" * 3000, "/a\r\nX: y",
        ],
    )  # fmt: skip
    def test_it_goes_on_within_only(self, add: Add, idp: Provider, elsewhere: str) -> None:
        assert local_path(elsewhere) == "/"
        browser = Client()
        assert sign_in(browser, add(), idp, go_on=elsewhere) == "/"

    def test_there_is_no_such_provider(self, add: Add, firm: Firm, idp: Provider) -> None:
        provider, browser = add(is_active=False), Client()
        for pk in (provider["id"], uuid4()):
            for path in (f"/sso/{pk}", f"/sso/{pk}/back"):
                assert browser.get(path)["Location"] == "/sign-in"
                assert "switched off" in refused(browser)
        assert browser.post(f"/sso/{provider['id']}").status_code == 405


def encoded(*parts: bytes) -> bytes:
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


def unsigned(claims: dict[str, Any]) -> str:
    header = {"alg": "none", "typ": "JWT"}
    return encoded(json.dumps(header).encode(), json.dumps(claims).encode(), b"").decode()


def signed_by_secret(secret: bytes) -> Sign:
    """As libraries refuse to: with what everybody knows, as if it were a secret."""

    def sign(claims: dict[str, Any]) -> str:
        header = {"alg": "HS256", "typ": "JWT", "kid": "one"}
        said = encoded(json.dumps(header).encode(), json.dumps(claims).encode())
        return b".".join([said, encoded(hmac.digest(secret, said, "sha256"))]).decode()

    return sign


class TestTokens:
    def test_of_none_and_shared_secrets(self, add: Add, idp: Provider) -> None:
        public = idp.key.private.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        forged: dict[str, Sign] = {
            "none": unsigned,
            "the public key as a secret": signed_by_secret(pem),
            "the public key as it is told": signed_by_secret(json.dumps(idp.key.public).encode()),
            "our own secret": signed_by_secret(SECRET.encode()),
            "a key of nobody's": Key("one").sign,
            "an unknown key": Key("two").sign,
            "no token": lambda c: "x.y.z",
        }
        provider = add()
        for what, sign in forged.items():
            idp.sign = sign
            browser = Client()
            sign_in(browser, provider, idp)
            assert "could not be verified" in refused(browser), what

    @pytest.mark.parametrize(
        "claims",
        [
            {"nonce": "x"},
            {"nonce": "\u00e9"},
            {"nonce": None},
            {"exp": int(time.time()) - 120},
            {"exp": None},
            {"iat": int(time.time()) + 3600},
            {"nbf": int(time.time()) + 3600},
            {"aud": "another client"},
            {"aud": None},
            {"aud": [CLIENT, "another"], "azp": "another"},
            {"aud": [CLIENT, "another"]},
            {"azp": "another"},
            {"iss": "https://evil.example"},
            {"sub": ""},
            {"sub": 7},
            {"sub": "x" * 300},
            {"at_hash": "AAAA"},
        ],
        ids=" ".join,  # the times among them differ between processes
    )
    def test_of_another_time_client_issuer_or_sign_in(
        self, add: Add, idp: Provider, claims: dict[str, Any]
    ) -> None:
        browser = Client()
        idp.changed = claims
        sign_in(browser, add(), idp)
        assert "could not be verified" in refused(browser)

    def test_clocks_may_differ_a_little(self, add: Add, idp: Provider) -> None:
        now = int(time.time())
        idp.changed = {"iat": now + 30, "exp": now - 30, "aud": [CLIENT]}
        browser = Client()
        sign_in(browser, add(), idp)
        assert name_of(browser) == "owner"

    def test_a_right_hash_of_the_access_token(self, add: Add, idp: Provider) -> None:
        from guanxi.platform.access.sso.oidc import _half_hash

        idp.sign = lambda claims: idp.key.sign(
            claims | {"at_hash": _half_hash(idp.key.sign(claims), "at")}
        )
        browser = Client()
        sign_in(browser, add(), idp)
        assert name_of(browser) == "owner"

    def test_userinfo_of_somebody_else(self, add: Add, idp: Provider) -> None:
        idp.userinfo = OWNER | {"sub": "another"}
        browser = Client()
        sign_in(browser, add(), idp, {"sub": "s-1"})
        assert "could not be verified" in refused(browser)

    def test_an_address_is_not_verified_by_what_is_said_of_another(
        self, add: Add, idp: Provider
    ) -> None:
        idp.userinfo = {"sub": "s-1", "email": "mine@firm.example", "email_verified": True}
        browser = Client()
        sign_in(browser, add(), idp, {"sub": "s-1", "email": OWNER["email"]})
        assert "invite you" in refused(browser)

    def test_new_keys_are_found_and_old_ones_end(
        self, add: Add, idp: Provider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        provider, old = add(), idp.key
        sign_in(Client(), provider, idp)
        # Keys are asked for again at once, instead of after minutes.
        monkeypatch.setattr("guanxi.platform.access.sso.oidc.KEYS_AGE", 0)
        idp.key = Key("two")
        idp.published = [idp.key]
        browser = Client()
        sign_in(browser, provider, idp)
        assert name_of(browser) == "owner"
        idp.key = old
        late = Client()
        sign_in(late, provider, idp)
        assert "could not be verified" in refused(late)

    def test_forged_tokens_do_not_make_us_ask_for_keys_all_the_time(
        self, add: Add, idp: Provider
    ) -> None:
        provider, idp.sign = add(), Key("two").sign
        for _n in range(4):
            sign_in(Client(), provider, idp)
        assert idp.asked.count("/keys") == 1


class TestWhatTheProviderSaysOfItself:
    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"issuer": "https://evil.example"}, "another issuer"),
            ({"token_endpoint": "http://evil.example/token"}, "otherwise"),
            ({"token_endpoint": "https://10.0.0.1/token"}, "otherwise"),
            ({"authorization_endpoint": "javascript:alert(1)"}, "otherwise"),
            ({"jwks_uri": None}, "otherwise"),
            ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, "otherwise"),
            ({"token_endpoint_auth_methods_supported": [{}]}, "otherwise"),
        ],
        ids=str,
    )
    def test_addresses_and_issuer(
        self, add: Add, idp: Provider, said: dict[str, Any], words: str
    ) -> None:
        idp.said = said
        browser = Client()
        assert set_out(browser, add()) == "/sign-in"
        assert words in refused(browser)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            ((302, b"/keys"), "otherwise"),
            ((200, b"[]"), "otherwise"),
            ((200, b"{" * 100_000), "otherwise"),
            ((200, b'{"a": "' + b"a" * 5_000_000), "otherwise"),
            ((503, b""), "does not answer"),
        ],
        ids=["redirect", "list", "nested", "large", "down"],
    )
    def test_answers_that_are_none(
        self, add: Add, idp: Provider, answer: tuple[int, bytes], words: str
    ) -> None:
        idp.answers["/.well-known/openid-configuration"] = answer
        browser = Client()
        assert set_out(browser, add()) == "/sign-in"
        assert words in refused(browser)

    def test_a_host_that_is_not_listed(self, add: Add, idp: Provider, settings: Any) -> None:
        provider, browser = add(), Client()
        settings.SSO_HOSTS = frozenset()
        assert set_out(browser, provider) == "/sign-in"
        assert "GUANXI_SSO_HOSTS" in refused(browser)
        assert idp.asked == []

    def test_a_wrong_secret(self, add: Add, idp: Provider) -> None:
        browser = Client()
        sign_in(browser, add(secret="wrong"), idp)
        assert "client id and secret" in refused(browser)


def test_two_people_in_one_browser_leave_each_other_nothing(
    firm: Firm, add: Add, idp: Provider
) -> None:
    provider, browser = add(), firm.client("manager")
    sign_in(browser, provider, idp, OWNER | {"amr": ["mfa"]})
    assert name_of(browser) == "owner"
    assert firm.client("manager").get("/api/v1/session").json()["user"] is None
    firm.sign_in("manager")
