from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0017_computed_fields")]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="files_mark",
            field=models.CharField(db_default="", max_length=32),
        ),
    ]
