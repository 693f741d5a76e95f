"""Masks of identity numbers show their ends only; a document without a seal cannot be."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import migrations, models

from guanxi.customers.id_numbers import DOCUMENTS, seal_identity

# The history tells of masks too, of those that were changed.
MASKS = r"""
update customers_identity
set value = left(value, 1) || repeat('*', 16) || right(value, 1)
where kind = any(%(kinds)s) and value ~ '^[^*]{4}[*]{10}[^*]{4}$';
"""
EVENTS = r"""
update platform_event e
set changes = jsonb_set(changes, '{value}', (
    select jsonb_agg(case
        when v #>> '{}' ~ '^[^*]{4}[*]{10}[^*]{4}$'
        then to_jsonb(left(v #>> '{}', 1) || repeat('*', 16) || right(v #>> '{}', 1))
        else v
    end order by n)
    from jsonb_array_elements(changes -> 'value') with ordinality as x(v, n)
))
where object = 'identity' and changes ->> 'value' ~ '"[^*"]{4}[*]{10}[^*"]{4}"'
"""


def mend(apps: Any, schema_editor: Any) -> None:
    """Seal what files brought in plain text, and write the masks anew. Nothing of it is told: the
    stream would keep what is taken away here."""
    identities = apps.get_model("customers", "Identity")._base_manager
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("alter table customers_identity disable trigger user")
        cursor.execute(MASKS, {"kinds": list(DOCUMENTS)})
        cursor.execute(EVENTS)
        identities.exclude(kind__in=DOCUMENTS).exclude(sealed="").update(sealed="")
        for identity in identities.filter(kind__in=DOCUMENTS, sealed=""):
            _seal(identity)
        cursor.execute("alter table customers_identity enable trigger user")


def _seal(identity: Any) -> None:
    identity._state.adding = True
    try:
        seal_identity(identity)
    except ValidationError:  # no number of a document: kept as what another system calls them
        identity.source, identity.kind = identity.kind, "external"
        identity.normal = identity.value.strip()
    identity._state.adding = False
    identity.save()


class Migration(migrations.Migration):
    dependencies = [("customers", "0016_id_numbers")]
    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="identity",
            constraint=models.CheckConstraint(
                name="identity_sealed",
                condition=models.Q(
                    models.Q(("sealed", ""), _negated=True),
                    ("kind__in", DOCUMENTS),
                    ("normal__regex", "^[0-9a-f]{64}$"),
                    ("value__regex", r"\*"),
                )
                | models.Q(models.Q(("kind__in", DOCUMENTS), _negated=True), ("sealed", "")),
            ),
        ),
    ]
