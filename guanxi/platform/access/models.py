"""Who works here: users, their roles, teams and territories, and the keys programs sign in with."""

import zoneinfo
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from guanxi.platform.objects.record import UUID7, Row, not_deleted

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

PROVIDER_SECRET = "identity provider"  # noqa: S105  what its secret is sealed for


class Team(Row):
    """A group of users; a team's scope takes in the teams below it."""

    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("parent team"),
        related_name="children",
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            models.UniqueConstraint("name", name="team_name", condition=not_deleted()),
            models.CheckConstraint(
                name="team_not_own_parent", condition=~models.Q(parent=models.F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Territory(Row):
    """A sales territory; customers lie in one, users look after any number."""

    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("territory")
        verbose_name_plural = _("territories")
        constraints = [
            models.UniqueConstraint("name", name="territory_name", condition=not_deleted())
        ]

    def __str__(self) -> str:
        return self.name


class Role(Row):
    """What its holders may do; `grants` is read by `guanxi.platform.access.grants`."""

    name = models.SlugField(_("name"), unique=True)
    label = models.CharField(_("label"), max_length=100, blank=True, db_default="")
    grants = models.JSONField(db_default={})
    needs_second_factor = models.BooleanField(_("needs a second factor"), db_default=False)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds users by sign-in name, in any letter case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        found: User = self.select_related("role", "team").get(
            username__iexact=username, deleted_at=None
        )
        return found


class User(AbstractBaseUser, Row):
    """Somebody who signs in. (The people we deal with are customers.)"""

    THEMES = [("system", _("as the system")), ("light", _("light")), ("dark", _("dark"))]
    DENSITIES = [("comfortable", _("comfortable")), ("compact", _("compact"))]

    username = models.CharField(
        _("sign-in name"),
        max_length=100,
        validators=[RegexValidator(r"^[\w.@+-]+\Z", _("Use letters, digits and . @ + - _ only."))],
    )
    full_name = models.CharField(_("full name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True, db_default="")
    role = models.ForeignKey(Role, models.PROTECT, verbose_name=_("role"), related_name="users")
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, verbose_name=_("team"), related_name="members"
    )
    territories = models.ManyToManyField(Territory, blank=True, related_name="users")
    is_active = models.BooleanField(_("active"), db_default=True)
    language = models.CharField(
        _("language"), max_length=10, blank=True, db_default="", choices=settings.LANGUAGES
    )
    theme = models.CharField(_("theme"), max_length=10, db_default="system", choices=THEMES)
    density = models.CharField(
        _("density"), max_length=12, db_default="comfortable", choices=DENSITIES
    )
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, db_default="")
    preferences = models.JSONField(db_default={}, blank=True)

    # The state of the firm's own fields as of the request that this user was read for.
    fields_version: str | None = None

    USERNAME_FIELD = "username"
    untold = ("password", "last_login", "preferences")
    REQUIRED_FIELDS = ["full_name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("username"), name="user_username", condition=not_deleted()
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        if (
            isinstance(self.time_zone, str)
            and self.time_zone
            and self.time_zone not in zoneinfo.available_timezones()
        ):
            raise ValidationError({"time_zone": _("Choose a time zone of the list.")})


class Share(Row):
    """One record that one user, or one team and those below it, may read beyond their role's scope.

    It lasts until the end of `ends_on`, or until it is undone (`deleted_at`).
    """

    object = models.CharField(max_length=60)
    record_id = models.UUIDField()
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    may_change = models.BooleanField(db_default=False)
    ends_on = models.DateField(null=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="share_with_user_or_team",
                condition=models.Q(user=None, team__isnull=False)
                | models.Q(user__isnull=False, team=None),
            ),
            models.UniqueConstraint(
                "user", "object", "record_id", name="share_with_user", condition=not_deleted()
            ),
            models.UniqueConstraint(
                "team", "object", "record_id", name="share_with_team", condition=not_deleted()
            ),
        ]
        indexes = [models.Index(fields=["object", "record_id"], name="share_of_record")]

    def __str__(self) -> str:
        return f"{self.object} {self.record_id}"


class Token(models.Model):
    """A key with which a program acts for one user, within `scopes`. Only its hash is kept.

    `scopes` is an allow-list of "read", "write" or "<object>:read|write"; empty allows nothing.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField(db_default=[])
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Session(AbstractBaseSession):
    """One browser: whose it is once somebody has signed in there, and what it says it is."""

    public_id = models.UUIDField()  # stays when the key changes; for a moment two rows have it
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300)

    class Meta(AbstractBaseSession.Meta):
        pass

    @classmethod
    def get_session_store_class(cls) -> "type[SessionBase]":
        from guanxi.platform.access.sessions import SessionStore

        return SessionStore


class AccessLink(models.Model):
    """A link with which somebody chooses a password, once. Only the hash of its key is kept."""

    class Purpose(models.TextChoices):
        INVITE = "invite"
        RESET = "reset"

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=6, choices=Purpose)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # used, revoked, or replaced by another

    def __str__(self) -> str:
        return self.purpose


class Factor(models.Model):
    """What somebody proves beside the password: an authenticator app, or a passkey.

    `secret` is the app's key, sealed, or a passkey's public one. `counter` only ever grows: the
    time step of the last code, or the passkey's own count. What was used once is no use again.
    """

    class Kind(models.TextChoices):
        TOTP = "totp"
        PASSKEY = "passkey"

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=7, choices=Kind)
    name = models.CharField(max_length=100)
    secret = models.BinaryField()
    credential_id = models.BinaryField(null=True, unique=True)
    counter = models.BigIntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], name="factor_one_app", condition=models.Q(kind="totp")
            )
        ]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """A code that stands in for the authenticator app, once; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_of_user")
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class IdentityProvider(models.Model):
    """Another system that says who people are (OpenID Connect), for those of some mail domains.

    Whoever it knows and we do not is made with `role`, or refused without one. `roles` gives others
    by a claim: the first [{"value", "role"}] whose value the claim has.
    """

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    name = models.CharField(max_length=100)
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=500)
    secret = models.BinaryField()  # sealed
    domains = ArrayField(models.CharField(max_length=253))
    role = models.ForeignKey(Role, models.PROTECT, null=True, related_name="+")
    claim = models.CharField(max_length=100, db_default="")
    roles = models.JSONField(db_default=[])
    proves_factor = models.BooleanField(db_default=False)  # its sign-ins count as two factors
    is_active = models.BooleanField(db_default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "client_id"], name="provider_once")
        ]

    def __str__(self) -> str:
        return self.name


class ProviderLink(models.Model):
    """Whom a provider means by one of its subjects. A user has one at most with each issuer."""

    id = models.UUIDField(primary_key=True, db_default=UUID7(), editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="provider_links")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="provider_subject"),
            models.UniqueConstraint(fields=["user", "issuer"], name="provider_link_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.issuer}"


class SignInAttempt(models.Model):
    """Failed sign-ins in the current window: of a name, from an address, or both in one."""

    key = models.BinaryField(max_length=32, primary_key=True)
    failures = models.PositiveIntegerField()
    window_started_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.failures} failures"


class RateBucket(models.Model):
    """When the bucket of requests of somebody, a token or an address will be full again.

    The table is unlogged: after a crash of the database all are full.
    """

    key = models.BinaryField(max_length=32, primary_key=True)
    full_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"full at {self.full_at}"
