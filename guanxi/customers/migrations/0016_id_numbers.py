"""Numbers of documents are sealed, and one customer's alone."""

from django.db import migrations, models

KINDS = [
    ("phone", "phone"),
    ("email", "e-mail"),
    ("external", "external id"),
    ("wechat", "WeChat"),
    ("credit_code", "credit code"),
    ("resident_id", "identity card"),
    ("passport", "passport"),
    ("hk_macao_permit", "travel permit (Hong Kong, Macao)"),
    ("taiwan_permit", "travel permit (Taiwan)"),
    ("residence_permit", "permanent residence card"),
    ("other_id", "other document"),
]
UNIQUE = (
    "external", "wechat", "resident_id", "passport", "hk_macao_permit", "taiwan_permit",
    "residence_permit", "other_id",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("customers", "0015_relationships_over_time")]
    operations = [
        migrations.AddField(
            model_name="identity",
            name="sealed",
            field=models.TextField(db_default="", default="", editable=False),
        ),
        migrations.AlterField(
            model_name="identity",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=20, verbose_name="kind"),
        ),
        migrations.RemoveConstraint(model_name="identity", name="identity_belongs_to_one"),
        migrations.AddConstraint(
            model_name="identity",
            constraint=models.UniqueConstraint(
                models.F("kind"),
                models.F("source"),
                models.F("normal"),
                condition=models.Q(("deleted_at__isnull", True), ("kind__in", UNIQUE)),
                name="identity_belongs_to_one",
            ),
        ),
    ]
