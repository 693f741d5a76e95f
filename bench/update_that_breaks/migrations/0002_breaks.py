from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("update_that_breaks", "0001_goes_well")]
    operations = [migrations.RunSQL("select 1 / (select count(*) from update_that_breaks)")]
