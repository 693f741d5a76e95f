from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0029_spellings")]
    operations = [
        migrations.AddField(
            model_name="customfield",
            name="kept_by",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=40),
        ),
    ]
