from django.db import migrations, models

import guanxi.platform.workspaces.services


class Migration(migrations.Migration):
    dependencies = [("customers", "0017_id_masks")]

    operations = [
        migrations.AlterField(
            model_name="privacyrequest",
            name="received_on",
            field=models.DateField(
                default=guanxi.platform.workspaces.services.books_today,
                verbose_name="received on",
            ),
        ),
    ]
