"""A customer's copy as a ZIP: a page to read, JSON for programs, and the files themselves."""

import datetime as dt
import json
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.customers.privacy.dossier import Dossier, Part
from guanxi.platform.files.names import clean_name
from guanxi.platform.files.storage import answering, store
from guanxi.platform.files.stores import Content, whole

STYLE = """
body{font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
 max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1f2329;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #d0d3d6}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #d0d3d6;padding:.3rem .5rem;
 text-align:start;vertical-align:top;overflow-wrap:anywhere}th{background:#f5f6f7}
.wide{overflow-x:auto}small{color:#646a73}nav li{display:inline-block;margin-inline-end:1rem}
"""
WHOLE_PAGE = """<!doctype html>
<html lang="{}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{}</title><style>{}</style></head><body>
<h1>{}</h1>
<p>{}</p>
<p>{}</p>
<nav><ul>{}</ul></nav>
{}
</body></html>
"""
Rows = Sequence[dict[str, Any]]


def write_zip(file: IO[bytes], dossier: Dossier, *, firm: str, number: str, zone: ZoneInfo) -> None:
    """Write everything; contents of files come from the store a block at a time."""
    now = dt.datetime.now(zone)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("index.html", page(dossier, firm=firm, number=number, now=now))
        folder.writestr("data.json", as_json(dossier, firm=firm, number=number, now=now))
        for name, attachment in zip(file_names(dossier), dossier.files, strict=True):
            content = Content(attachment.sha256, attachment.size)
            with folder.open(name, "w", force_zip64=True) as into, answering():
                for block in whole(store(), content):
                    into.write(block)


def file_names(dossier: Dossier) -> list[str]:
    """Where each file lies in the ZIP: numbered, so that equal names do not meet."""
    return [f"files/{n:04d}-{clean_name(f.name)}" for n, f in enumerate(dossier.files, 1)]


def as_json(dossier: Dossier, *, firm: str, number: str, now: dt.datetime) -> str:
    """The machine-readable copy (GDPR art. 20, PIPL art. 45)."""
    data = {
        "format": "guanxi.subject-access/1",
        "firm": firm,
        "request": number,
        "made_at": now,
        "customer": str(dossier.customer),
        "tables": [
            {"name": p.name, "label": p.label, "fields": p.labels, "rows": p.rows}
            for p in dossier.parts
        ],
        "files": [
            {"path": path, "name": f.name, "on": f.object, "media_type": f.media_type,
             "size": f.size, "sha256": f.sha256}
            for path, f in zip(file_names(dossier), dossier.files, strict=True)
        ],
        "history": dossier.history,
        "recipients": dossier.recipients,
        "purposes": dossier.purposes,
        "register": dossier.register,
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=1, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def page(dossier: Dossier, *, firm: str, number: str, now: dt.datetime) -> str:
    """The copy as a page that needs nothing else: no script, no picture, no address outside."""
    zone: Any = now.tzinfo
    title = _("Your data at %(firm)s") % {"firm": firm}
    made = _("Made on %(day)s for your request %(number)s.")
    explained = _(
        "This is everything we hold on you. Other people are named by their initials. You may have"
        " it corrected or deleted, object to its use, and complain to the supervisory authority."
    )
    sections = [*_parts(dossier, zone), *_rest(dossier, zone)]
    contents = format_html_join(
        "", '<li><a href="#s{}">{}</a></li>', ((n, name) for n, (name, _b) in enumerate(sections))
    )
    body = format_html_join(
        "",
        '<h2 id="s{}">{}</h2>{}',
        ((n, name, block) for n, (name, block) in enumerate(sections)),
    )
    return format_html(
        WHOLE_PAGE,
        {"zh-hans": "zh-CN", "zh-hant": "zh-TW"}.get(get_language() or "", "en"),
        title,
        mark_safe(STYLE),  # noqa: S308  ours
        title,
        made % {"day": f"{now:%Y-%m-%d %H:%M}", "number": number},
        explained,
        contents,
        body,
    )


def _parts(dossier: Dossier, zone: ZoneInfo) -> Iterable[tuple[str, SafeString]]:
    for part in dossier.parts:
        name = f"{part.label[:1].upper()}{part.label[1:]} ({len(part.rows)})"
        yield name, _one(part, zone) if part.name == "customer" else _table(part, zone)


def _rest(dossier: Dossier, zone: ZoneInfo) -> Iterable[tuple[str, SafeString]]:
    paths = file_names(dossier)
    files = [
        {"name": f.name, "path": path, "size": f.size, "sha256": f.sha256}
        for path, f in zip(paths, dossier.files, strict=True)
    ]
    labels = {
        "name": _("name"), "path": _("where it is"), "size": _("bytes"), "sha256": "SHA-256",
        "at": _("at"), "source": _("source"), "action": _("what happened"), "field": _("field"),
        "old": _("before"), "new": _("after"), "kind": _("kind"), "to": _("to"),
        "fields": _("fields"), "legal_basis": _("legal basis"), "data": _("categories of data"),
        "recipients": _("recipients"), "retention": _("kept for"),
    }  # fmt: skip
    for name, rows in (
        (_("Files"), files),
        (_("Where your data came from, and what they were before"), dossier.history),
        (_("Who received them outside"), dossier.recipients),
        (_("What we use them for"), dossier.purposes),
        (_("How we process data"), dossier.register),
    ):
        if rows:
            known = dict.fromkeys(key for row in rows for key in row)
            part = Part("", name, {key: labels[key] for key in known}, rows)
            yield f"{name} ({len(rows)})", _table(part, zone)


def _one(part: Part, zone: ZoneInfo) -> SafeString:
    """Records one below the other, a line a field that has a value."""
    return format_html_join(
        "",
        "<table><tbody>{}</tbody></table><br>",
        (
            (
                format_html_join(
                    "",
                    "<tr><th>{}</th><td>{}</td></tr>",
                    (
                        (part.labels.get(key, key), text(value, zone))
                        for key, value in row.items()
                        if text(value, zone)
                    ),
                ),
            )
            for row in part.rows
        ),
    )


def _table(part: Part, zone: ZoneInfo) -> SafeString:
    """A line a row; columns that are empty in all of them are left out, keys as well."""
    filled = [
        key
        for key in part.labels
        if key != "id" and any(text(row.get(key), zone) for row in part.rows)
    ]
    head = format_html_join("", "<th>{}</th>", ((part.labels[key],) for key in filled))
    rows = format_html_join(
        "",
        "<tr>{}</tr>",
        (
            (format_html_join("", "<td>{}</td>", ((text(row.get(k), zone),) for k in filled)),)
            for row in part.rows
        ),
    )
    whole_table = (
        '<div class="wide"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    )
    return format_html(whole_table, head, rows)


def text(value: Any, zone: ZoneInfo) -> str:
    """A value in words."""
    match value:
        case None | "" | [] | {}:
            return ""
        case bool():
            return _("yes") if value else _("no")
        case dt.datetime():
            return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
        case Decimal():
            return f"{value.normalize():f}"
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(value)
