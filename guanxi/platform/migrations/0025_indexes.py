from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platform", "0024_named_parameters")]

    operations = [
        migrations.AddField(
            model_name="customfield",
            name="indexed",
            field=models.BooleanField(db_default=False, verbose_name="indexed"),
        ),
    ]
