import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection
from django.db.models import F, Sum

from guanxi.customers.models import Customer, Identity
from guanxi.demo.services import WorkspaceNotEmpty, load, load_into_existing
from guanxi.demo.tasks import load_sample
from guanxi.interactions.models import Task
from guanxi.platform.access.models import Role, User
from guanxi.platform.access.services import add_user, ensure_roles
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import RunningJob
from guanxi.platform.workspaces.models import Workspace
from guanxi.platform.workspaces.services import found_workspace
from guanxi.sales.models import Order, OrderLine

from .digest import TODAY

pytestmark = pytest.mark.django_db

CUSTOMERS = 300


@pytest.fixture
def loaded() -> dict:
    return load(customers=CUSTOMERS, today=TODAY)


@pytest.fixture
def administrator() -> User:
    """Who has just set up a workspace of another currency, and is called as a colleague is."""
    found_workspace(firm="某公司", language="zh-hans", time_zone="Asia/Singapore", currency="SGD")
    ensure_roles()
    return add_user(
        username="Chen", full_name="陈管理", role="administrator", password="a-long-enough-one"
    )


def test_everything_is_written_and_counted(loaded: dict):
    told = []
    for table, count in loaded["counts"].items():
        with connection.cursor() as cursor:
            cursor.execute(f'select count(*) from "{table}"')  # noqa: S608 - names of our own
            (found,) = cursor.fetchone()
        told.append((table, count, found))

    by_trigger = {"customers_identity"}
    assert [row for row in told if row[1] != row[2] and row[0] not in by_trigger] == []
    assert loaded["counts"]["customers_customer"] == CUSTOMERS
    assert Workspace.objects.get().is_demo


def test_totals_are_kept_and_no_order_is_told_as_changed(loaded: dict):
    sums = dict(OrderLine.objects.values_list("order").annotate(Sum("amount")))
    totals = dict(Order.objects.values_list("pk", "total"))

    assert totals == sums
    assert not Event.objects.filter(object="order", action="update").exists()
    assert Order.objects.exclude(currency="CNY").exclude(reporting_total=F("total")).exists()


def test_events_name_the_source_and_the_administrator(loaded: dict):
    admin = User.objects.get(username="admin")

    told = set(Event.objects.values_list("source", "actor_id"))
    customers = Event.objects.filter(object="customer", action="insert")

    assert told == {("demo", admin.pk)}
    assert customers.count() == CUSTOMERS


def test_derived_columns_and_identities_are_filled(loaded: dict):
    reachable = Customer.objects.exclude(phone="")
    primary = Identity.objects.filter(is_primary=True)

    assert not Customer.objects.filter(name_sort="").exists()
    assert not reachable.filter(phone_normal="").exists()
    assert primary.filter(kind="phone").count() == reachable.count()
    assert Identity.objects.filter(kind="external").exists()


def test_every_colleague_can_sign_in_and_has_work(loaded: dict):
    signed_in = authenticate(None, username="chen", password=settings.DEMO_PASSWORD)
    assert signed_in is not None
    assert {user.password for user in User.objects.all()} == {signed_in.password}

    for user in User.objects.all():
        tasks = Task.objects.filter(owner=user)
        assert tasks.filter(status="open", due_on__lt=TODAY).exists()
        assert tasks.filter(status="open", due_on__gte=TODAY).exists()
        assert tasks.filter(status="done").exists()

    first = User.objects.order_by("created_at")[:8]
    assert len({user.role_id for user in first}) == 8
    sellers = User.objects.filter(role__name__in=("account_manager", "sales"))
    assert not sellers.filter(territories=None).exists()


def test_roles_are_named_in_the_language_of_the_firm(loaded: dict):
    assert Role.objects.get(name="sales").label == "销售"


def test_a_second_load_is_refused(loaded: dict):
    with pytest.raises(WorkspaceNotEmpty):
        load(customers=CUSTOMERS)

    assert Customer.objects.count() == CUSTOMERS


def test_sample_data_joins_the_administrator(administrator: User):
    summary = load_into_existing(administrator=administrator, customers=60, today=TODAY)

    workspace = Workspace.objects.get()
    assert (workspace.currency, workspace.is_demo) == ("SGD", False)
    assert set(Event.objects.filter(source="demo").values_list("actor_id")) == {(administrator.pk,)}
    assert Task.objects.filter(owner=administrator).exists()
    names = [user["username"] for user in summary["users"]]
    assert "chen2" in names
    assert "admin" not in names
    assert not any(user.has_usable_password() for user in User.objects.exclude(pk=administrator.pk))


def test_sample_data_does_not_mix_with_own_data(administrator: User):
    Customer.objects.create(kind="person", name="张三")

    with pytest.raises(WorkspaceNotEmpty):
        load_into_existing(administrator=administrator, customers=60)

    assert Customer.objects.count() == 1


def test_the_job_loads_once_however_often_it_runs(administrator: User):
    job = Job.objects.create(kind="load_sample", params={"customers": 60}, actor=administrator)

    first = load_sample(RunningJob(job))
    again = load_sample(RunningJob(Job.objects.get(pk=job.pk)))

    assert again == first
    assert Customer.objects.count() == 60
