"""Somebody who is everywhere is erased: no dump, file, log or warehouse knows them any more, and a
backup from before forgets them again when it is restored.
"""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection, connections
from psycopg.conninfo import make_conninfo

from guanxi.customers.models import Consent, Customer, Identity, Purpose
from guanxi.insight import compared, warehouse
from guanxi.insight.models import AttentionItem, CustomerScore, SuspectedPair
from guanxi.interactions.models import Snippet
from guanxi.platform.access.models import User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.erasing.replay import replay
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.tests.cast import preview, run, upload
from guanxi.platform.files.stores import Folder
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.tasks import run_job
from guanxi.platform.objects.models import IdempotentResponse, SavedView
from guanxi.platform.search.models import SearchText
from guanxi.platform.webhooks.models import Webhook, WebhookDelivery
from guanxi.platform.workspaces import roles
from guanxi.platform.workspaces.backup import Workspace, backup, restore
from guanxi.platform.workspaces.dumps import _as_environment, _program
from guanxi.platform.workspaces.home import Home, workspace_home
from guanxi.sales.models import Order, OrderLine
from tests.cast import EQUIPMENT, NOON, Firm, equip
from tests.erasing.test_erasing import books
from tests.files.calls import put as attach
from tests.writes.calls import get, patch, post

NAME, FORMER = "欧阳司徒云", "欧阳思徒"
LATIN = "Zebulon Quixworth"
PHONES = ("138-7654-3210", "+86 138 7654 3210", "13876543210", "138 7654 3210")
EMAIL, WECHAT, STREET = "Zeb.Quix@example.org", "zq_wx_2211", "绝龙岭路 77 号"
ID_CARD, REMARK, WORDS = "510107199001011234", "左撇子画家", "下周寄样品到她家"
TRACES = (
    NAME, FORMER, "司徒", "situyun", "Quixworth", "zeb.quix", WECHAT, "绝龙岭", ID_CARD, REMARK,
    WORDS, *PHONES, "7654 3210", "1990-03-04", "秘密合同",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A workspace's folder of this test's own; the database is the tests'."""
    home = Home(tmp_path / "home").create()
    settings.HOME, settings.FILES_STORE = home, home.files
    monkeypatch.setenv("GUANXI_HOME", str(home.path))
    return home


@pytest.fixture
def logs() -> Path:
    """Where this process and the database write what they have to say."""
    return workspace_home().logs


@pytest.fixture
def workspace(logs: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The tests' database as a workspace that can be backed up and restored."""
    name = connection.settings_dict["NAME"]
    owner, app = Owners.owner, Owners.app
    urls = {"GUANXI_DATABASE_URL": app, "GUANXI_OWNER_DATABASE_URL": owner}
    for variable, parameters in urls.items():
        monkeypatch.setenv(variable, make_conninfo(**{**parameters, "dbname": name}))
    return Workspace(home, None, Folder(home.files))


class Owners:
    """How the roles sign in, asked before the folder is another."""

    owner = roles.connection_parameters("owner")
    app = roles.connection_parameters("app")


def dump(workspace: Workspace) -> str:
    """All that the database holds, as text."""
    parameters = {n: str(v) for n, v in workspace.parameters("owner").items()}
    done = subprocess.run(
        [_program(workspace, "pg_dump"), "--data-only", "--format=plain"],
        env=_as_environment(parameters), capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode()


def traces(text: str) -> set[str]:
    folded = text.lower()
    return {t for t in TRACES if t.lower() in folded}


def where(text: str) -> dict[str, set[str]]:
    """What the rows of a dump know, by table."""
    found, table = {}, ""
    for line in text.splitlines():
        if line.startswith("COPY "):
            table = line.split()[1]
        elif known := traces(line):
            found[table] = known
    return found


def in_files(*folders: Path) -> dict[str, set[str]]:
    """What the files in folders know, by file; Parquet is read as the rows it holds."""
    found = {}
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            if path.suffix == ".parquet":
                text = str(pq.read_table(path).to_pylist())
            elif zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as folded:
                    text = " ".join(
                        folded.read(n).decode(errors="replace") for n in folded.namelist()
                    )
            else:
                text = path.read_bytes().decode(errors="replace")
            if known := traces(f"{path} {text}"):
                found[path.name] = known
    return found


def everywhere(firm: Firm) -> Customer:
    """Make a customer who is in every place that there is."""
    admin, owner = firm.client("administrator"), firm.client("owner")
    asker = Asker(firm["administrator"])
    equip(firm)
    for more in (
        {"object": "customer", "type": "text", "key": "id_card"},
        {"object": "customer", "type": "file", "key": "contract"},
        {"object": EQUIPMENT, "type": "link", "key": "user", "settings": {"target": "customer"}},
    ):
        answer = post(admin, "custom-fields", {"labels": {"en": more["key"]}, **more})
        assert answer.status_code == 201, answer.content
    header = "姓名,手机,邮箱,生日,备注"
    row = f"{NAME},{PHONES[0]},{EMAIL},1990-03-04,{REMARK}"
    run(asker, "customer", f"{header}\n{row}\n{NAME}, ,x,never,{REMARK}\n".encode())
    preview(asker, "customer", f"{header}\n{row}\n别人,13900001111,,,\n".encode())
    upload(asker, "customer", f"{header}\n{row}\n".encode())
    customer = Customer.objects.get(name=NAME)
    path = f"customers/{customer.pk}"
    body = {"kind": "person", "name": LATIN, "phone": "+44 20 7946 0018", "email": EMAIL}
    made = post(admin, "customers?on_duplicate=create", body, **{"Idempotency-Key": "once"})
    assert made.status_code == 201, made.content
    for values in (
        {"name": FORMER, "street": STREET},
        {"name": NAME, "remark": REMARK, "custom": {"id_card": ID_CARD}},
        {"owner": str(firm["owner"].pk)},
    ):
        assert patch(admin, path, values).status_code == 200
    merged = {"ids": [str(customer.pk), made.json()["id"]], "survivor": str(customer.pk)}
    assert post(admin, "customers/merge", merged).status_code == 200
    file = attach(admin, path, f"秘密合同 {NAME}".encode(), f"{LATIN}.txt")
    assert file["name"].startswith(LATIN)
    Identity.objects.create(customer=customer, kind="wechat", value=WECHAT)
    post(admin, "addresses", {"customer": str(customer.pk), "kind": "delivery", "street": STREET})
    acme = str(firm["customer:acme"].pk)
    related = {"customer": str(customer.pk), "kind": "contact_of", "other": acme, "role": NAME}
    assert post(admin, "relationships", related).status_code == 201
    note = {
        "customer": str(customer.pk), "channel": "note", "subject": f"{NAME}来电",
        "body": f"{WORDS} {' '.join(PHONES)}", "owner": str(firm["owner"].pk),
    }  # fmt: skip
    noted = post(owner, "interactions", note, **{"Idempotency-Key": "note"})
    assert noted.status_code == 201, noted.content
    attach(owner, f"interactions/{noted.json()['id']}", b"%PDF-1.7 " + LATIN.encode(), "x.pdf")
    task = {"customer": str(customer.pk), "title": f"问候{NAME}", "description": WORDS}
    assert post(owner, "tasks", task).status_code == 201
    order = Order.objects.create(
        customer=customer, number=f"S-{NAME}", currency="CNY", ordered_at=NOON,
        ordered_on=NOON.date(),
    )  # fmt: skip
    OrderLine.objects.create(
        order=order, position=1, description=f"送货 {PHONES[1]} {LATIN}", quantity=1, unit_price=70,
        amount=70,
    )  # fmt: skip
    lathe = firm[f"{EQUIPMENT}:lathe"]
    linked = {"name": f"{NAME} 的车床", "custom": {"user": str(customer.pk)}}
    assert patch(admin, f"custom-equipment/{lathe.pk}", linked).status_code == 200
    asked = {"customer": str(customer.pk), "kind": "access", "note": WORDS}
    request = post(admin, "privacy-requests", asked)
    assert request.status_code == 201, request.content
    copy = post(admin, f"privacy-requests/{request.json()['id']}/copy", {"language": "en"})
    run_job(job_id=copy.json()["id"])
    _kept_by_people(firm, customer)
    _said_by_models(firm, customer)
    assert get(owner, "search?q=%E6%AC%A7%E9%98%B3")["items"]
    bulk = {
        "filter": {"field": "name", "op": "contains", "value": NAME},
        "set": {"job_title": "画"},
    }
    assert post(admin, "customers/bulk", bulk).status_code == 202
    admin.get("/api/v1/customers", {"search": NAME})
    refused = admin.get("/api/v1/customers", {"sort": NAME})  # what goes wrong is logged
    assert refused.status_code == 422
    return customer


def _kept_by_people(firm: Firm, customer: Customer) -> None:
    owner: Any = firm["owner"]
    condition = {"field": "phone", "op": "contains", "value": PHONES[2]}
    SavedView.objects.create(
        owner=owner, object="customer", name=f"找{NAME}", definition={"filter": condition}
    )
    Snippet.objects.create(owner=owner, name="x", text=f"Dear {LATIN}, we call {PHONES[3]}")
    hook = Webhook.objects.create(
        owner=owner, name="hook", url="https://example.com", objects_told=["customer"],
        actions=["update"], filter=condition, secret=b"",
    )  # fmt: skip
    WebhookDelivery.objects.create(
        webhook=hook, event_ids=[1], record_ids=[customer.pk], state="delivered",
        excerpt=f'{{"got": "{NAME}"}}',
    )  # fmt: skip
    User.objects.filter(pk=owner.pk).update(preferences={"customers": {"search": EMAIL}})
    purpose = Purpose.objects.get(name="Marketing")
    Consent.objects.create(
        customer=customer, purpose=purpose, channel="email", state="withdrawn", note=WORDS
    )


def _said_by_models(firm: Firm, customer: Customer) -> None:
    CustomerScore.objects.create(customer=customer, stage="growth", snapshot_on=NOON.date())
    AttentionItem.objects.create(
        customer=customer, kind="late", stake=5, as_of=NOON.date(), state="done", note=WORDS,
        decided_at=NOON, decided_by=firm["owner"],
    )  # fmt: skip
    first, second = sorted([customer.pk, firm["customer:feng"].pk])
    SuspectedPair.objects.create(first_id=first, second_id=second, probability=0.7, priority=1)


def refresh_warehouse(home: Home) -> None:
    warehouse.refresh(folder=home.warehouse, full=True)


@pytest.mark.django_db(transaction=True)
def test_no_trace_is_left_nor_comes_back(firm: Firm, logs: Path, workspace: Workspace) -> None:
    home = workspace.home
    customer = everywhere(firm)
    admin = firm.client("administrator")
    refresh_warehouse(home)
    compared.write(compared.bring_up_to_date("person"), None)
    before = books()
    # Whatever is looked for afterwards is there now: the search can fail.
    assert traces(dump(workspace)) >= set(TRACES) - {"秘密合同", "7654 3210"}
    assert {"秘密合同", NAME, ID_CARD} <= set().union(*in_files(home.files).values())
    assert NAME in set().union(*in_files(home.matching).values())
    older = backup(workspace)

    Job.objects.filter(state="queued").update(state="cancelled")
    answer = post(admin, f"customers/{customer.pk}/erase", {"name": NAME})
    assert answer.status_code == 200, answer.content
    run_job(job_id=answer.json()["job"]["id"])
    refresh_warehouse(home)
    assert books() == before
    assert where(dump(workspace)) == {}
    folders = home.files, home.uploads, home.warehouse, home.matching, home.logs, logs
    assert in_files(*folders) == {}
    # What is others' is still there.
    rows = Import.objects.order_by("created_at")[1]
    assert "别人" in str(get(admin, f"imports/{rows.pk}/rows")["items"])
    assert Customer.objects.get(pk=firm["customer:acme"].pk).name == "acme 公司"

    home.erasures.unlink()  # lost: the database that is replaced knows of it still
    connections.close_all()
    restore(workspace, older, force=True)
    assert NAME in dump(workspace)
    assert replay() == 1
    assert books() == before
    assert where(dump(workspace)) == {}
    assert in_files(home.files, home.uploads) == {}
    assert replay() == 0
    assert Customer.objects.get(pk=customer.pk).name.startswith("Erased customer")
    assert not SearchText.objects.filter(text__contains="欧").exists()
    assert not IdempotentResponse.objects.exists()
