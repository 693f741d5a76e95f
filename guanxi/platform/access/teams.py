"""How teams lie below each other."""

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from guanxi.platform.access.models import Team

MOVING = "select pg_try_advisory_xact_lock(hashtextextended('guanxi.teams', 0))"
BELOW = """
with recursive above as (
    select id, parent_id from platform_team where id = %s
    union
    select t.id, t.parent_id from platform_team t join above on t.id = above.parent_id
)
select exists (select from above where id = %s)
"""


def refuse_circle(team: Team) -> None:
    """Raises ValidationError if the team would lie below itself; one team moves at a time.

    Whoever waited here would hold their own team, which the other may be about to name.
    """
    if team.parent_id is None or team._state.adding:  # below a new one there is none yet
        return
    with connection.cursor() as cursor:
        cursor.execute(MOVING)
        (is_alone,) = cursor.fetchone() or (False,)
        if not is_alone:
            message = _("Somebody is moving another team at this moment. Try again.")
            raise ValidationError({"parent": message})
        cursor.execute(BELOW, [team.parent_id, team.pk])
        (is_below,) = cursor.fetchone() or (False,)
    if is_below:
        message = _("A team cannot lie below itself. Choose another parent team.")
        raise ValidationError({"parent": message})
