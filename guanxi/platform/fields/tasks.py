"""Background work on custom fields."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.fields import indexes
from guanxi.platform.jobs.services import job_kind

job_kind(indexes.KIND, _("Index a field"))(indexes.index_field)
