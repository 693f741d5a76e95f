"""Relationships hold from a day to a day, and what must hold of them over time is held here.

What older data has against the rules stays until somebody writes it.
"""

from pathlib import Path

from django.db import migrations, models

import guanxi.platform.objects.constraints

SQL = Path(__file__).parents[1] / "relations" / "relationships.sql"
END_AFTER_BEGINNING = """
update customers_relationship set until = since where until < since
"""
ROLES = [
    ("decider", "decider"),
    ("payer", "payer"),
    ("buyer", "buyer"),
    ("user", "user"),
    ("receiver", "receiver"),
    ("influencer", "influencer"),
    ("gatekeeper", "gatekeeper"),
    ("champion", "champion"),
    ("technical", "technical contact"),
]


class Migration(migrations.Migration):
    dependencies = [("customers", "0014_privacy")]

    operations = [
        migrations.AddField(
            model_name="relationship",
            name="roles",
            field=models.JSONField(
                blank=True, choices=ROLES, null=True, verbose_name="contact roles"
            ),
        ),
        migrations.RemoveConstraint(model_name="relationship", name="relationship_once"),
        migrations.RunSQL(END_AFTER_BEGINNING, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="relationship",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until", None),
                    ("since", None),
                    ("until__gte", models.F("since")),
                    _connector="OR",
                ),
                name="relationship_ends_after_it_begins",
                violation_error_message="It cannot end before it begins.",
            ),
        ),
        migrations.AddConstraint(
            model_name="relationship",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("roles__isnull", True),
                    ("roles__contained_by", [value for value, _label in ROLES]),
                    _connector="OR",
                ),
                name="relationship_roles",
            ),
        ),
        migrations.AddConstraint(
            model_name="relationship",
            constraint=models.UniqueConstraint(
                models.F("other"),
                models.F("kind"),
                models.F("customer"),
                condition=models.Q(("deleted_at__isnull", True), ("until", None)),
                name="relationship_once",
                violation_error_message="These two are related in this way already.",
            ),
        ),
        *(
            migrations.AddConstraint(
                model_name="relationship",
                constraint=guanxi.platform.objects.constraints.KeptByTrigger(
                    name=name, fields=(field,)
                ),
            )
            for name, field in [
                ("relationship_overlap", "other"),
                ("relationship_one_parent", "customer"),
                ("relationship_no_circle", "customer"),
            ]
        ),
        migrations.AddIndex(
            model_name="relationship",
            index=models.Index(fields=["customer", "kind", "other"], name="relationship_by_pair"),
        ),
        migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop),
    ]
