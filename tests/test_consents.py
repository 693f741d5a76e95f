"""What customers allow: evidence, the one answer from it, merging, and links without sign-in."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.core import mail, signing
from django.db import IntegrityError, transaction
from django.test import Client, override_settings
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi.customers.consent import contact, links, rules, services
from guanxi.customers.models import Consent, Customer, Purpose
from guanxi.platform.events.models import Event
from tests.cast import NOON, Firm

pytestmark = pytest.mark.django_db
JSON = "application/json"
API = "/api/v1"
OF_PURPOSE = ("granted", "pending", "withdrawn")
states = st.one_of(st.none(), st.sampled_from(sorted(rules.STRICTNESS)))
spoken = st.dictionaries(st.integers(0, 4), states)


@pytest.fixture
def marketing(firm: Firm) -> Purpose:
    return Purpose.objects.get(pk=firm["purpose:Marketing"].pk)


def say(customer: Any, purpose: Any, channel: str, state: str, **values: Any) -> Consent:
    word = Consent(customer=customer, purpose=purpose, channel=channel, state=state, **values)
    word.save(force_insert=True)
    word.refresh_from_db()
    return word


# ------------------------------------------------------------------ the strictest wins


@settings(deadline=None)
@given(states, states, states)
def test_the_strictest_is_the_same_in_any_order_and_grouping(
    a: str | None, b: str | None, c: str | None
) -> None:
    both = rules.strictest
    assert both(a, a) == a
    assert both(a, b) == both(b, a)
    assert both(both(a, b), c) == both(a, both(b, c))
    assert both(a, None) == a


@settings(deadline=None)
@given(st.lists(spoken, max_size=4), st.randoms(use_true_random=False))
def test_nothing_said_is_lost_or_softened_by_combining(many: list[Any], random: Any) -> None:
    together = rules.combined_all(many)
    shuffled = random.sample(many, len(many))
    assert rules.combined_all(shuffled) == together == rules.combined(together, together)
    for words in many:
        for place, state in words.items():
            assert rules.strictest(state, together[place]) == together[place]


def test_the_database_ranks_states_alike(firm: Firm) -> None:
    ranked = Customer.objects.annotate(
        **{f"of_{s}": contact.Strictness(contact.models.Value(s)) for s in rules.STRICTNESS}
    ).values(*(f"of_{s}" for s in rules.STRICTNESS))[0]
    assert ranked == {f"of_{s}": rank for s, rank in rules.STRICTNESS.items()}


# ------------------------------------------------------------------ one answer


def test_one_many_and_sets_answer_alike(firm: Firm) -> None:
    """Every combination of a word, a block and a purpose, asked in each of the three ways."""
    purposes = [firm["purpose:Marketing"], firm["purpose:Service messages"]]
    asked = {}
    for purpose, word, block in itertools.product(
        purposes, (None, *OF_PURPOSE), (None, "blocked", "lifted")
    ):
        customer = Customer.objects.create(kind="person", name="x")
        asked[customer.pk] = purpose
        if block:
            say(customer, None, "email", block)
        if word:
            say(customer, purpose, "email", word)
            say(customer, purpose, "sms", "granted")  # another channel is another matter
    for purpose in purposes:
        of_it = [pk for pk, p in asked.items() if p == purpose]
        many = contact.answers(of_it, purpose, "email")
        allowed = {pk for pk, said in many.items() if said.allowed}
        found = contact.contactable(Customer.objects.filter(pk__in=of_it), purpose, "email")
        assert set(found.values_list("pk", flat=True)) == allowed
        assert all(contact.may_contact(pk, purpose, "email") == many[pk] for pk in of_it)
    reasons = {
        (p.name, said.reason)
        for p in purposes
        for said in contact.answers(asked, p, "email").values()
    }
    assert reasons >= {("Marketing", r) for r in ("do_not_contact", "no_consent", "pending")}
    assert ("Service messages", "legal_basis") in reasons


def test_the_latest_word_holds_and_at_one_instant_the_strictest(
    firm: Firm, marketing: Purpose
) -> None:
    customer = firm["customer:feng"]
    day = dt.timedelta(days=1)
    no = say(customer, marketing, "email", "withdrawn", given_at=NOON)
    older = say(customer, marketing, "email", "granted", given_at=NOON - day)  # told afterwards
    same = say(customer, marketing, "email", "granted", given_at=NOON)
    assert not contact.may_contact(customer, marketing, "email").allowed
    yes = say(customer, marketing, "email", "granted", given_at=NOON + day)
    assert contact.may_contact(customer, marketing, "email").allowed
    block = say(customer, None, "email", "blocked")
    assert contact.may_contact(customer, marketing, "email").reason == "do_not_contact"
    words = {w.pk: w.in_force for w in Consent.objects.filter(customer=customer)}
    assert words == {no.pk: False, older.pk: False, same.pk: False, yes.pk: False, block.pk: True}
    say(customer, None, "email", "lifted")
    assert contact.may_contact(customer, marketing, "email").allowed
    marketing.deleted_at = timezone.now()
    assert contact.may_contact(customer, marketing, "email").reason == "retired"
    assert not contact.contactable(Customer.objects.all(), marketing, "email").exists()


def test_evidence_is_never_changed(firm: Firm) -> None:
    word = firm["consent:acme"]
    for change in ({"state": "withdrawn"}, {"given_at": NOON}, {"note": "other"}, {"text": None}):
        changed = Consent.objects.filter(pk=word.pk)
        if change == {"given_at": NOON}:
            change = {"given_at": NOON - dt.timedelta(1)}
        if change == {"text": None}:
            change = {"text": firm["consent_text:Marketing"]}
        with pytest.raises(IntegrityError), transaction.atomic():
            changed.update(**change)
    # Merging moves it, erasure empties what people wrote.
    Consent.objects.filter(pk=word.pk).update(customer=firm["customer:feng"], note="")
    assert contact.may_contact(firm["customer:feng"], word.purpose, "email").allowed
    assert not contact.may_contact(firm["customer:acme"], word.purpose, "email").allowed


def test_merging_keeps_the_strictest_and_can_be_taken_back(firm: Firm, marketing: Purpose) -> None:
    kept, other = (Customer.objects.create(kind="person", name=n) for n in "ab")
    say(kept, marketing, "email", "withdrawn", given_at=NOON)
    say(other, marketing, "email", "granted", given_at=NOON + dt.timedelta(days=1))
    say(other, None, "phone", "blocked", given_at=NOON)
    say(kept, marketing, "phone", "granted")
    moved = list(other.consents.values_list("pk", flat=True))
    words = services.strictest_words([kept.pk, other.pk])
    Consent.objects.filter(pk__in=moved).update(customer=kept)
    assert contact.may_contact(kept, marketing, "email").allowed  # the latest alone would win
    added = services.hold_to(kept.pk, words)
    assert contact.may_contact(kept, marketing, "email").reason == "withdrawn"
    assert contact.may_contact(kept, marketing, "phone").reason == "do_not_contact"
    assert len(added) == 1
    assert services.hold_to(kept.pk, words) == []
    Consent.objects.filter(pk__in=added).delete()
    Consent.objects.filter(pk__in=moved).update(customer=other)
    assert contact.may_contact(kept, marketing, "email").reason == "withdrawn"
    assert contact.may_contact(other, marketing, "email").allowed


# ------------------------------------------------------------------ recording by people


def record(client: Client, **values: Any) -> Any:
    values = {k: str(getattr(v, "pk", v)) for k, v in values.items()}
    return client.post(f"{API}/consents", values, content_type=JSON)


def test_whoever_records_is_written_down_with_the_text_and_told(
    firm: Firm, marketing: Purpose
) -> None:
    client, customer = firm.client("owner"), firm["customer:acme"]
    made = record(client, customer=customer, purpose=marketing, channel="sms", state="granted")
    assert made.status_code == 201, made.content
    body = made.json()
    assert body["recorded_by"]["id"] == str(firm["owner"].pk)
    assert body["text"]["label"] == "1"
    assert body["in_force"] is True
    assert body["can"] == []
    told = Event.objects.filter(record_id=body["id"]).values_list("object", "action", "actor_id")
    assert list(told) == [("consent", "insert", firm["owner"].pk)]
    kinds = client.get(f"{API}/customers/{customer.pk}/timeline", {"kinds": "consent"}).json()
    assert kinds["items"][0]["id"] == body["id"]
    assert kinds["items"][0]["state"] == "granted"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("state", {"channel": "email", "state": "granted"}),  # the customer confirms that
        ("source", {"channel": "sms", "state": "granted", "source": "preferences"}),
        ("channel", {"channel": "data", "state": "granted"}),
        ("purpose", {"channel": "sms", "state": "blocked"}),
        ("given_at", {"channel": "sms", "state": "granted", "given_at": "2999-01-01T00:00:00Z"}),
        ("recorded_by", {"channel": "sms", "state": "granted", "recorded_by": "me"}),
    ],
)
def test_what_nobody_can_state_is_refused(
    firm: Firm, marketing: Purpose, field: str, values: dict[str, str]
) -> None:
    answer = record(
        firm.client("owner"), customer=firm["customer:acme"], purpose=marketing, **values
    )
    assert answer.status_code in (403, 422)
    assert field in str(answer.json()["errors"]), answer.json()


def test_who_may_be_called_is_told_to_whoever_sees_the_customer(firm: Firm) -> None:
    address = f"{API}/customers/{firm['customer:chen'].pk}/permissions"
    for who in ("outsider", "read_only", "service"):
        answer = firm.client(who).get(address)
        assert answer.status_code == 200
        assert answer.json()["contact"]["phone"]["reason"] == "do_not_contact"
        assert answer.json()["can"] == ([] if who == "read_only" else ["record"])
    assert firm.client("owner").get(address).status_code == 404
    assert firm.client(None).get(address).status_code == 401


def test_lists_filter_by_what_customers_allow(firm: Firm, marketing: Purpose) -> None:
    may_be_mailed = {
        "has": "consents",
        "where": {"and": [
            {"field": "purpose", "op": "in", "value": [str(marketing.pk)]},
            {"field": "channel", "op": "in", "value": ["email"]},
            {"field": "state", "op": "in", "value": ["granted"]},
            {"field": "in_force", "op": "eq", "value": True},
        ]},
    }  # fmt: skip
    found = customers_found(firm.client("administrator"), may_be_mailed)
    assert found == {str(firm["customer:acme"].pk)}
    say(firm["customer:acme"], None, "email", "blocked")
    assert customers_found(firm.client("administrator"), may_be_mailed) == set()


def customers_found(client: Client, condition: dict[str, Any]) -> set[str]:
    answer = client.get(f"{API}/customers", {"filter": json.dumps(condition)})
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["items"]}


# ------------------------------------------------------------------ links


@pytest.fixture
def guest() -> Client:
    return Client()


def make_link(firm: Firm, name: str, who: str = "administrator", **values: Any) -> Any:
    address = f"{API}/customers/{firm[f'customer:{name}'].pk}/preference-links"
    return firm.client(who).post(address, values, content_type=JSON)


def key_of(answer: Any) -> str:
    assert answer.status_code == 201, answer.content
    return str(answer.json()["url"]).partition("#")[2]


def ask(guest: Client, verb: str, key: str, **values: Any) -> Any:
    body = {"key": key, **values}
    return guest.post(f"{API}/preferences/{verb}", body, content_type=JSON)


@pytest.fixture
def mailing() -> Iterator[None]:
    with override_settings(EMAIL_HOST="mail.example"):
        yield


def test_a_customer_says_no_and_yes_by_a_link_that_shows_nothing_else(
    firm: Firm, guest: Client, marketing: Purpose
) -> None:
    customer = firm["customer:acme"]
    key = key_of(make_link(firm, "acme"))
    shown = ask(guest, "read", key)
    assert shown.status_code == 200
    for private in (customer.name, customer.phone, str(customer.pk), "owner", "word acme"):
        assert private not in shown.content.decode()
    titles = [p["title"]["zh-TW"] for p in shown.json()["purposes"]]
    assert titles == ["行銷訊息", "問卷調查", "個人化推薦"]
    choice = {"purpose": str(marketing.pk), "channel": "email"}
    said = ask(guest, "choose", key, **choice, allow=False)
    assert said.json()["purposes"][0]["channels"]["email"] == "no"
    word = Consent.objects.filter(customer=customer).latest("given_at")
    assert (word.state, word.source, word.recorded_by) == (
        "withdrawn", "link", firm["administrator"],
    )  # fmt: skip
    # A link that was handed over does not prove whose the address is.
    said = ask(guest, "choose", key, **choice, allow=True)
    assert said.json()["purposes"][0]["channels"]["email"] == "pending"
    count = Consent.objects.count()
    ask(guest, "choose", key, **choice, allow=True)
    assert Consent.objects.count() == count  # says nothing new
    said = ask(guest, "choose", key, allow=False)  # no to everything
    channels = [c for p in said.json()["purposes"] for c in p["channels"].values()]
    assert set(channels) == {"no"}
    said = ask(guest, "choose", key, channel="phone", allow=False)
    assert said.json()["contact"] | {"phone": True} == dict.fromkeys(said.json()["contact"], True)
    assert contact.may_contact(customer, None, "phone").reason == "do_not_contact"
    service = str(firm["purpose:Service messages"].pk)
    for wrong in ({"purpose": service, "channel": "email"}, {"purpose": str(marketing.pk)}, {}):
        assert ask(guest, "choose", key, **wrong, allow=True).status_code == 422


def test_links_that_are_not_valid_are_refused_alike(firm: Firm, guest: Client) -> None:
    key = key_of(make_link(firm, "acme"))
    payload, stamp, signature = key.rsplit(":", 2)
    other = key_of(make_link(firm, "bell"))
    forged = [
        "x", f"{payload}:{stamp}:{signature[:-2]}xx",
        f"{other.split(':')[0]}:{stamp}:{signature}",  # another customer under this signature
        signing.dumps({"c": firm["customer:acme"].pk.hex}, salt="guanxi.timeline"),
        signing.dumps({"c": firm["customer:acme"].pk.hex, "u": "0" * 32}, salt=links.SALT),
        signing.dumps({"c": firm["customer:acme"].pk.hex}, salt=links.SALT, key="another firm's"),
        signing.dumps(
            {"c": firm["customer:bell"].pk.hex, "n": firm["consent:acme"].pk.hex}, salt=links.SALT
        ),
    ]  # fmt: skip
    before = Consent.objects.count()
    refused = [ask(guest, "read", k) for k in forged]
    refused += [ask(guest, "choose", k, allow=False) for k in forged]
    refused += [ask(guest, "confirm", k) for k in [*forged, key]]
    Customer.objects.filter(pk=firm["customer:bell"].pk).update(deleted_at=timezone.now())
    refused.append(ask(guest, "read", other))
    with mock.patch("time.time", return_value=timezone.now().timestamp() + 31 * 86400):
        refused.append(ask(guest, "choose", key, allow=False))
    firm_user = firm["administrator"]
    type(firm_user).objects.filter(pk=firm_user.pk).update(is_active=False)
    refused.append(ask(guest, "read", key))
    bodies = {(a.status_code, a.json()["code"], a.json()["detail"]) for a in refused}
    assert len(bodies) == 1, bodies
    assert bodies.pop()[:2] == (404, "link_not_valid")
    assert Consent.objects.count() == before


def test_links_of_one_who_was_merged_lead_to_the_one_that_remains(
    firm: Firm, guest: Client, marketing: Purpose, mailing: None
) -> None:
    kept, other = (
        Customer.objects.create(
            kind="person", name=n, owner=firm["owner"], email=f"{n}@example.com"
        )
        for n in "ab"
    )
    firm.records["customer"]["merged"] = other
    handed = key_of(make_link(firm, "merged", "owner"))
    make_link(firm, "merged", "owner", mail=True)
    mailed = mail.outbox[0].body.partition("#")[2].split()[0]
    client, ids = firm.client("owner"), [str(kept.pk), str(other.pk)]
    merged = client.post(
        f"{API}/customers/merge", {"ids": ids, "survivor": str(kept.pk)}, content_type=JSON
    ).json()
    for key in (handed, mailed):
        assert ask(guest, "read", key).status_code == 200
    choice = {"purpose": str(marketing.pk), "channel": "sms"}
    assert ask(guest, "choose", handed, **choice, allow=False).status_code == 200
    assert Consent.objects.get(customer__in=ids).customer_id == kept.pk
    client.post(f"{API}/merges/{merged['id']}/undo", {}, content_type=JSON)
    said = ask(guest, "choose", mailed, **choice, allow=True).json()
    assert said["purposes"][0]["channels"]["sms"] == "yes"
    assert contact.may_contact(other, marketing, "sms").allowed
    assert not contact.may_contact(kept, marketing, "sms").allowed


def test_trying_keys_is_braked(firm: Firm, guest: Client) -> None:
    tried = [ask(guest, "read", f"guess{n}").status_code for n in range(61)]
    assert tried == [404] * 60 + [429]
    assert ask(guest, "read", key_of(make_link(firm, "acme"))).status_code == 429


def test_a_yes_by_mail_holds_once_it_is_confirmed(
    firm: Firm, guest: Client, marketing: Purpose, mailing: None
) -> None:
    customer = firm["customer:acme"]
    Customer.objects.filter(pk=customer.pk).update(email="a@example.com")
    Consent.objects.filter(customer=customer).delete()
    client = firm.client("owner")
    values = {"customer": customer, "purpose": marketing, "channel": "email"}
    asked = record(client, **values, state="pending").json()
    assert contact.may_contact(customer, marketing, "email").reason == "pending"
    made = make_link(firm, "acme", "owner", consent=asked["id"], mail=True)
    assert (made.json()["url"], made.json()["mailed_to"]) == (None, "a@example.com")
    key = mail.outbox[0].body.partition("#")[2].split()[0]
    assert ask(guest, "read", key).json()["confirms"] == "email"
    assert (
        contact.may_contact(customer, marketing, "email").reason == "pending"
    )  # looking is no yes
    for _twice in range(2):
        said = ask(guest, "confirm", key)
        assert said.json()["purposes"][0]["channels"]["email"] == "yes"
    word = Consent.objects.filter(customer=customer, state="granted").get()
    assert (word.source, word.recorded_by, word.text_id) == (
        "preferences", None, firm["consent_text:Marketing"].pk,
    )  # fmt: skip
    record(client, **values, state="withdrawn")
    assert ask(guest, "confirm", key).status_code == 404  # something else was said since
    Customer.objects.filter(pk=customer.pk).update(email="b@example.com")
    assert ask(guest, "read", key).status_code == 404  # the address is somebody else's now


def test_who_may_make_links(firm: Firm) -> None:
    assert make_link(firm, "chen", "owner").status_code == 404
    assert make_link(firm, "chen", "read_only").status_code == 403
    assert make_link(firm, "acme", "owner", mail=True).json()["code"] == "not_mailed"
    done = make_link(firm, "acme", "owner", consent=str(firm["consent:acme"].pk))
    assert done.status_code == 422  # confirmed already
    foreign = make_link(firm, "acme", "owner", consent=str(firm["consent:dong"].pk))
    assert foreign.status_code == 422
