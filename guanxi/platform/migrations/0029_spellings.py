from django.db import migrations

# As `guanxi.platform.search.query.SPELLING` says it.
CREATE = """
create index searchtext_spellings on platform_searchtext
    (left(replace(split_part(text, ' ! ', 2), ' ', ''), 24) collate "C") where indexed
"""


class Migration(migrations.Migration):
    dependencies = [("platform", "0028_merging")]

    operations = [migrations.RunSQL(CREATE, "drop index searchtext_spellings")]
