"""Who merges and takes back: whoever changes all of the records, with the right to merge."""

from itertools import combinations

import pytest
from django.db import transaction

from tests.cast import PEOPLE, Firm, share_some
from tests.oracle import Oracle
from tests.writes.calls import post

pytestmark = pytest.mark.django_db
MERGING = ("administrator", "manager", "account_manager")


def test_merging_is_what_the_oracle_says(firm: Firm) -> None:
    share_some(firm)
    oracle = Oracle(firm)
    every = {n: r for n, r in firm.records["customer"].items() if r.kind == "person" or n == "acme"}
    for who in PEOPLE:
        client, bare = firm.client(who), Oracle(firm)
        bare.shared = lambda *_: False  # type: ignore[method-assign]  # by a share nobody merges
        for (_n, one), (_m, two) in combinations(every.items(), 2):
            both = (one, two)
            expected = 200
            if PEOPLE[who][0] not in MERGING:
                expected = 403
            elif not all(oracle.may(who, "read", "customer", r) for r in both):
                expected = 404
            elif not all(bare.may(who, "change", "customer", r) for r in both):
                expected = 403
            elif one.kind != two.kind:
                expected = 422
            body = {"ids": [str(r.pk) for r in both]}
            with transaction.atomic():
                assert post(client, "customers/merge/preview", body).status_code == expected
                answer = post(client, "customers/merge", body)
                assert answer.status_code == expected, (who, body, answer.content)
                if expected == 200:
                    path = f"merges/{answer.json()['id']}"
                    stranger = firm.client("outsider")
                    kept = next(r for r in both if str(r.pk) == answer.json()["survivor"]["id"])
                    seen = oracle.may("outsider", "read", "customer", kept)
                    told = stranger.get(f"/api/v1/{path}").status_code
                    assert told == (200 if seen else 404)
                    assert post(stranger, f"{path}/undo").status_code == 403
                    token, _key = firm.token_client(who, "read")
                    assert post(token, f"{path}/undo").status_code == 403
                    listed = client.get("/api/v1/merges?object=customer").json()["items"]
                    assert [m["id"] for m in listed] == [answer.json()["id"]]
                transaction.set_rollback(True)
