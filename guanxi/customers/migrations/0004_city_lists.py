from django.db import migrations, models

IN_USE = models.Q(("deleted_at__isnull", True))


class Migration(migrations.Migration):
    """A list of one city is sorted by name: the index gives it in that order."""

    dependencies = [("customers", "0003_imports")]

    operations = [
        migrations.RemoveIndex(model_name="customer", name="customer_by_city"),
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(
                fields=["city", "name_sort", "id"], name="customer_by_city", condition=IN_USE
            ),
        ),
    ]
