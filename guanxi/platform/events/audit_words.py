"""What the audit log calls that which is no record: settings, sign-ins, and their facts."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access.sso.refusals import words
from guanxi.platform.objects.registry import types


def kinds() -> dict[str, str]:
    """All that the log tells of, by name."""
    return {t.name: str(t.label) for t in types()} | other_objects()


def other_objects() -> dict[str, str]:
    """What is told beside the declared objects, by name."""
    return {
        "share": _("share"),
        "attachment": _("file"),
        "merge": _("merge"),
        "erasure": _("erasure"),
        "legal_hold": _("legal hold"),
        "retention_rule": _("retention rule"),
        "custom_field": _("custom field"),
        "custom_object": _("custom object"),
        "layout": _("layout"),
        "quality_settings": _("settings of data quality"),
        "workspace": _("workspace"),
        "token": _("token"),
        "access_link": _("link to choose a password"),
        "password": _("password"),
        "factor": _("second factor"),
        "identity_provider": _("identity provider"),
        "provider_link": _("link with an identity provider"),
        "webhook": _("webhook"),
        "sign_in": _("sign-in"),
        "sign_in_refused": _("refused sign-in"),
        "sign_out": _("sign-out"),
        "export": _("export"),
        "masked_answer": _("answer about a hidden record"),
        "reveal": _("look at a masked value"),
        "privacy_settings": _("privacy settings"),
    }


def fact_labels() -> dict[str, str]:
    """What the facts of those are called."""
    return {
        "address": _("address"),
        "user_agent": _("browser"),
        "what": _("what was wrong"),
        "why": _("why"),
        "provider": _("identity provider"),
        "issuer": _("issuer"),
        "client_id": _("client id"),
        "domains": _("e-mail domains"),
        "role_id": _("role"),
        "claim": _("claim"),
        "roles": _("roles by claim"),
        "proves_factor": _("counts as two factors"),
        "passwords_for": _("who signs in by password"),
        "object": _("object"),
        "objects_told": _("objects"),
        "format": _("format"),
        "field": _("field"),
        "law": _("law"),
        "days": _("days until an answer"),
        "kept_days": _("days a copy is kept"),
        "reason": _("reason"),
        "fields": _("fields"),
        "name": _("name"),
        "user": _("user"),
        "owner": _("owner"),
        "team": _("team"),
        "given_by": _("shared by"),
        "may_change": _("may change"),
        "ends_on": _("last day"),
        "until": _("until"),
        "months": _("months"),
        "without": _("without any of"),
        "action": _("action"),
        "limit": _("at most a night"),
        "placed_by": _("placed by"),
        "scopes": _("scopes"),
        "expires_at": _("expires at"),
        "revoked_at": _("revoked at"),
        "ended_at": _("ended at"),
        "is_active": _("active"),
        "deleted_at": _("deleted at"),
        "needs_second_factor": _("needs a second factor"),
        "language": _("language"),
        "time_zone": _("time zone"),
        "currency": _("currency"),
        "week_start": _("first day of the week"),
        "groups": _("groups"),
        "hidden": _("hidden fields"),
        "form": _("fields of a new record"),
        "key": _("key"),
        "type": _("type"),
        "labels": _("labels"),
        "labels_plural": _("labels of several"),
        "icon": _("icon"),
        "description": _("description"),
        "help": _("help text"),
        "settings": _("settings"),
        "required": _("required"),
        "position": _("position"),
        "indexed": _("indexed"),
        "personal": _("personal data"),
        "url": _("web address"),
        "actions": _("what is told"),
        "filter": _("filter"),
        "stopped": _("why it was switched off"),
        "purpose": _("purpose"),
        "kind": _("kind"),
        "counted": _("fields that count"),
        "stale_after_days": _("days until data is old"),
        "merges_by_itself": _("merges by itself"),
        "precision": _("expected precision"),
        "merges_at_most": _("merges at most"),
    }


def fact_values() -> dict[str, Mapping[str, str]]:
    """What the values of such facts are called where they are few."""
    every = kinds()
    return {
        "object": every,
        "objects_told": every,
        "what": {
            "password": _("password"),
            "factor": _("second factor"),
            "provider": _("identity provider"),
        },
        "why": {
            code: text % {"name": _("the provider"), "told": _("an error")}
            for code, text in words().items()
        },
        "passwords_for": {
            "everybody": _("everybody"),
            "administrators": _("administrators only"),
        },
        "purpose": {"invite": _("invitation"), "reset": _("new password")},
        "kind": {"totp": _("authenticator app"), "passkey": _("passkey")},
        "stopped": {
            "failing": _("it failed for days"),
            "gone": _("the receiver is gone"),
            "owner": _("its owner left"),
        },
        "actions": {
            "insert": _("created"),
            "update": _("changed"),
            "delete": _("to the recycle bin"),
            "restore": _("restored"),
            "purge": _("erased"),
        },
        "type": {
            "text": _("short text"),
            "long_text": _("long text"),
            "decimal": _("number"),
            "money": _("money"),
            "boolean": _("yes or no"),
            "date": _("date"),
            "datetime": _("date and time"),
            "time": _("time of day"),
            "choice": _("choice"),
            "multi_choice": _("several choices"),
            "url": _("web address"),
            "email": _("e-mail"),
            "phone": _("phone"),
            "link": _("link"),
            "file": _("file"),
            "formula": _("formula"),
            "rollup": _("roll-up"),
        },
    }


def name_fact(change: dict[str, Any], labels: Mapping[str, str], values: Any) -> None:
    """Give a fact its label, and its values theirs; what is nested keeps the names of its parts."""
    head, _dot, part = change["name"].partition(".")
    known = labels.get(head)
    change["label"] = f"{known}: {part}" if known and part else known or change["name"]
    for side in ("old", "new"):
        change[side] = _named(change[side], values.get(change["name"], {}))


def _named(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value
