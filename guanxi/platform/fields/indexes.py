"""Indexes of custom fields, made and taken away while everybody works, and how far each is.

The role that serves cannot change the shape of the database, so that this is work of a job: it
signs in as the role that owns the schema, and builds without keeping anybody from writing.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from threading import Thread
from time import sleep
from typing import Any
from uuid import UUID

import psycopg
from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from psycopg import sql

from guanxi.platform.fields.models import CustomField
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import JobCancelled, RunningJob
from guanxi.platform.objects.custom_values import CUSTOM, SQL, TEXT
from guanxi.platform.objects.errors import DomainError
from guanxi.platform.objects.registry import is_declared, object_type
from guanxi.platform.workspaces import roles

KIND = "index_field"  # of the job
MOST_INDEXES = 10  # of one object's custom fields
LONGEST = 500  # characters: PostgreSQL's indexes take some 2,700 bytes a row
INDEXABLE = (
    "text", "decimal", "money", "boolean", "date", "datetime", "time", "choice", "url", "email",
    "phone",
)  # fmt: skip
ONE_AT_A_TIME = "select pg_try_advisory_lock(hashtextextended('field indexes', 1))"
VALID = """
select c.relname, i.indisvalid from pg_class c join pg_index i on i.indexrelid = c.oid
where c.relnamespace = 'public'::regnamespace and c.relname = any(%s)
"""
PROGRESS = """
select phase, blocks_done::float / nullif(blocks_total, 0) from pg_stat_progress_create_index
where pid = %s
"""
PAUSE = 0.3  # seconds between looks at how far it is, and whether it is to be stopped


class NoIndex(DomainError):
    """An index could not be made or taken away; the message says why."""

    code = "no_index"


def index_name(pk: UUID) -> str:
    return f"custom_{pk.hex}"


def is_indexable(defined: CustomField) -> bool:
    """Whether values of the field have an order, and always fit into an index."""
    longest = defined.settings.get("max_length", 0)
    return defined.type in INDEXABLE and longest <= LONGEST


def index_states(fields: Iterable[CustomField]) -> dict[UUID, dict[str, Any]]:
    """How far the index of each field is: {"state", "job"}; the job is the latest about it."""
    ids = [defined.pk for defined in fields if is_indexable(defined) or defined.indexed]
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(VALID, [[index_name(pk) for pk in ids]])
        valid = dict(cursor.fetchall())
    asked = Job.objects.filter(kind=KIND, params__subject__in=[str(pk) for pk in ids])
    jobs = {UUID(job.params["subject"]): job for job in asked.order_by("created_at")}
    return {pk: _state(valid.get(index_name(pk)), jobs.get(pk)) for pk in ids}


def _state(valid: bool | None, job: Job | None) -> dict[str, Any]:
    state = "ready" if valid else "none"
    if job is not None and job.state != Job.State.DONE:
        is_active = job.state in (Job.State.QUEUED, Job.State.RUNNING)
        state = "working" if is_active else str(job.state)
    return {"state": state, "job": job}


def index_field(job: RunningJob) -> None:
    """Make the index that a field is to have, or take away the one it is not to have any more."""
    pk = UUID(job.params["subject"])
    name = sql.Identifier(index_name(pk))
    with _session() as owner, _session() as watcher:
        _take_turns(job, owner)
        defined = CustomField.objects.get(pk=pk)
        found = owner.execute(VALID, [[index_name(pk)]]).fetchone()
        if found and not (found[1] and defined.wants_index):
            _run(job, owner, watcher, _drop(name))
        if defined.wants_index and not (found and found[1]):
            if not is_declared(defined.object):
                raise NoIndex(of_archived_object())
            try:
                _run(job, owner, watcher, _create(defined, name))
            except (JobCancelled, NoIndex):
                owner.execute(_drop(name))  # what is half made costs writes and serves nobody
                raise
            table = sql.Identifier(object_type(defined.object).model._meta.db_table)
            owner.execute(sql.SQL("analyze {}").format(table))


def of_archived_object() -> str:
    return _("The object of this field is archived. Restore it first.")


def _drop(name: sql.Identifier) -> sql.Composed:
    return sql.SQL("drop index concurrently if exists {}").format(name)


def _create(defined: CustomField, name: sql.Identifier) -> sql.Composed:
    """As lists sort: by the value, then by the id.

    Of a table that is one object's alone all rows are in it, as the planner learns how values are
    spread from whole indexes only. Other objects of a firm's own, which lie in the same table, are
    left out: with them the same key may hold something that is no value of this type.
    """
    model = object_type(defined.object).model
    value = SQL.get(defined.type, (TEXT, None))[0].format(f'"{CUSTOM}"', f"'{defined.key}'")
    statement = sql.SQL("create index concurrently {} on {} (({}), id)").format(
        name,
        sql.Identifier(model._meta.db_table),
        sql.SQL(value),
    )
    if model._meta.proxy:
        statement += sql.SQL(" where object = {}").format(sql.Literal(defined.object))
    return statement


@contextmanager
def _session() -> Iterator["psycopg.Connection[Any]"]:
    """A session of the role that owns the schema, in the database of this process."""
    parameters = roles.connection_parameters("owner")
    parameters["dbname"] = connection.settings_dict["NAME"]
    with closing(psycopg.connect(**parameters, autocommit=True)) as session:
        yield session


def _take_turns(job: RunningJob, owner: "psycopg.Connection[Any]") -> None:
    """Wait until nobody else makes indexes, without a statement that builders would wait for.

    The lock is the builder's own: while one goes on whose worker died, no other begins.
    """
    while not owner.execute(ONE_AT_A_TIME).fetchone()[0]:  # type: ignore[index]
        job.stop_if_asked()
        sleep(PAUSE)


def _run(
    job: RunningJob,
    owner: "psycopg.Connection[Any]",
    watcher: "psycopg.Connection[Any]",
    statement: sql.Composed,
) -> None:
    """Run a long statement, telling how far it is. Raises JobCancelled or NoIndex."""
    failures: list[psycopg.Error] = []

    def work() -> None:
        try:
            owner.execute(statement)
        except psycopg.Error as failure:
            failures.append(failure)

    worker = Thread(target=work, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(PAUSE)
            job.stop_if_asked()
            _tell(job, watcher, owner.info.backend_pid)
    except JobCancelled:
        owner.cancel()
        worker.join()
        raise
    for failure in failures:
        if owner.closed:
            raise OperationalError("the database went away") from failure
        raise NoIndex(_reason(failure)) from failure


def _tell(job: RunningJob, watcher: "psycopg.Connection[Any]", pid: int) -> None:
    """The table is read twice: to build, and to find what was written meanwhile."""
    found = watcher.execute(PROGRESS, [pid]).fetchone()
    if found and found[1] is not None:
        first = 0 if found[0].startswith("building") else 50
        job.progress(max(job.job.done, first + round(50 * found[1])), 100)


def _reason(failure: psycopg.Error) -> str:
    """What a person can do about it; never the database's own words about a value."""
    match failure:
        case psycopg.errors.InsufficientPrivilege():
            return _("The worker may not make indexes. Set GUANXI_OWNER_DATABASE_URL for it.")
        case psycopg.errors.ProgramLimitExceeded():
            return _("A record has a text that is too long for an index. Shorten it.")
        case psycopg.errors.DiskFull():
            return _("The disk is full. Free some space, then try again.")
        case psycopg.DataError():
            return _("A record has a value that does not fit the type of the field.")
    return str(failure.diag.message_primary or failure.__class__.__name__)
