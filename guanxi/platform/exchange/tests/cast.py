"""Small helpers of the import tests: a file in, an import out."""

import csv
import io
from pathlib import Path
from typing import Any

from guanxi.platform.access.models import Role, User
from guanxi.platform.access.predicate import Asker
from guanxi.platform.exchange import services
from guanxi.platform.exchange.models import Import, ImportVerdict
from guanxi.platform.exchange.tasks import run_here


def make_asker(username: str = "admin", role: str = "administrator", **details: Any) -> Asker:
    """A user with a role, as an asker."""
    user, _new = User.objects.get_or_create(
        username=username,
        defaults={"full_name": username, "role": Role.objects.get(name=role), **details},
    )
    return Asker(user)


def table(header: list[str], *rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def upload(asker: Asker, target: str, content: bytes, **options: Any) -> Import:
    """The import of these bytes, not previewed yet."""
    return services.create_import(
        asker=asker, target=target, file_name="file.csv", blocks=[content], options=options
    )


def preview(asker: Asker, target: str, content: bytes, **options: Any) -> Import:
    """The import of these bytes, previewed."""
    imported = upload(asker, target, content, **options)
    run_here(services.start_preview(asker=asker, pk=imported.pk))
    return services.get_import(asker, imported.pk)


def run(asker: Asker, target: str, content: bytes, **options: Any) -> Import:
    """The import of these bytes, done."""
    imported = preview(asker, target, content, **options)
    run_here(services.start_run(asker=asker, pk=imported.pk))
    return services.get_import(asker, imported.pk)


def undo(asker: Asker, imported: Import) -> Import:
    run_here(services.start_undo(asker=asker, pk=imported.pk))
    return services.get_import(asker, imported.pk)


def verdicts(imported: Import) -> list[tuple[int, int, str]]:
    """(row, part, verdict) in order."""
    found = ImportVerdict.objects.filter(imported=imported.pk).order_by("row", "part")
    return list(found.values_list("row", "part", "verdict"))


def codes(imported: Import) -> dict[int, list[str]]:
    """The codes of the reasons by row."""
    found = ImportVerdict.objects.filter(imported=imported.pk, reasons__isnull=False)
    return {v.row: [r["code"] for r in v.reasons or []] for v in found.order_by("row")}


def write(folder: Path, content: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(content)
    return path
