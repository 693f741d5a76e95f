"""The firm this database belongs to."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Workspace(models.Model):
    """The one row that says whose workspace this is and how its books are kept."""

    class Passwords(models.TextChoices):
        """Who may sign in without an identity provider."""

        EVERYBODY = "everybody"
        ADMINISTRATORS = "administrators"

    WEEK_STARTS = [(1, _("Monday")), (7, _("Sunday"))]

    id = models.BooleanField(primary_key=True, default=True)
    name = models.CharField(_("firm"), max_length=200)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    time_zone = models.CharField(_("time zone"), max_length=64)
    currency = models.CharField(_("reporting currency"), max_length=3)
    week_start = models.PositiveSmallIntegerField(
        _("first day of the week"), choices=WEEK_STARTS, db_default=1
    )
    passwords_for = models.CharField(
        max_length=14, choices=Passwords, db_default=Passwords.EVERYBODY
    )
    is_demo = models.BooleanField(db_default=False)
    files_mark = models.CharField(max_length=32, db_default="")  # is in the bucket too

    class Meta:
        constraints = [models.CheckConstraint(name="one_workspace", condition=models.Q(id=True))]

    def __str__(self) -> str:
        return self.name
