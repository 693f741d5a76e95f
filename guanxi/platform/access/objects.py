"""People of the firm as objects: everyone sees them, administrators change them."""

from guanxi.platform.access.models import Role, Team, Territory, User
from guanxi.platform.access.teams import refuse_circle
from guanxi.platform.objects.registry import ObjectType, register
from guanxi.platform.objects.scopes import Everyone

register(
    ObjectType(
        User,
        area="people",
        icon="user",
        list=["full_name", "username", "role", "team", "email", "is_active"],
        title="full_name",
        sort="full_name",
        search=["full_name", "username", "email"],
        scope=[Everyone()],
        read_only=["username", "role", "is_active"],  # changed by `guanxi.platform.access.people`
        hidden=["password", "last_login", "preferences", "theme", "density"],
        verbs=["change"],
    )
)
register(
    ObjectType(
        Team,
        area="people",
        icon="team",
        list=["name", "parent"],
        sort="name",
        search=["name"],
        scope=[Everyone()],
        validate=refuse_circle,
    )
)
register(
    ObjectType(
        Territory,
        area="people",
        path="territories",
        icon="environment",
        list=["name"],
        sort="name",
        search=["name"],
        scope=[Everyone()],
    )
)
register(
    ObjectType(
        Role,
        area="people",
        icon="role",
        title="label",
        list=["label", "name"],
        sort="label",
        search=["label", "name"],
        scope=[Everyone()],
        hidden=["grants", "needs_second_factor"],
        verbs=(),
    )
)
