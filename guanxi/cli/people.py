"""`guanxi user` and `guanxi token`: who may sign in, from the server's own keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from .workspace import django_ready

if TYPE_CHECKING:
    from guanxi.platform.access.models import User

password_option = click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for if absent.",
)


@contextmanager
def administration() -> Iterator[None]:
    """Django ready, and one transaction whose events say that the command line did it.

    A refused value becomes a sentence, not a traceback.
    """
    with django_ready():
        from django.core.exceptions import ValidationError

        from guanxi.platform.events.context import acting

        try:
            with acting(actor_id=None, source="command"):
                yield
        except ValidationError as error:
            raise click.ClickException(" ".join(error.messages)) from error


def find_user(username: str) -> User:
    """The user of a sign-in name. Raises ClickException."""
    from guanxi.platform.access.models import User

    try:
        return User.objects.get_by_natural_key(username)
    except User.DoesNotExist:
        raise click.ClickException(f"There is no user {username!r}.") from None


@click.group()
def user() -> None:
    """Users of the workspace."""


@user.command("list")
def list_users() -> None:
    """List who may sign in."""
    with django_ready():
        from guanxi.platform.access.models import User

        for person in User.objects.filter(deleted_at=None).select_related("role", "team"):
            state = "" if person.is_active else "  (inactive)"
            team = f"  {person.team.name}" if person.team else ""
            click.echo(f"{person.username}  {person.full_name}  {person.role.name}{team}{state}")


@user.command("add")
@click.argument("username")
@click.option("--name", "full_name", required=True, help="Full name.")
@click.option("--role", default="account_manager", show_default=True)
@click.option("--team", help="Name of the team.")
@password_option
def add_user(username: str, full_name: str, role: str, team: str | None, password: str) -> None:
    """Add a user who signs in as USERNAME."""
    with administration():
        from guanxi.platform.access import services
        from guanxi.platform.access.models import Role, Team

        if not Role.objects.filter(name=role).exists():
            roles = ", ".join(Role.objects.order_by("name").values_list("name", flat=True))
            raise click.ClickException(f"There is no role {role!r}. Choose one of {roles}.")
        its_team = Team.objects.filter(name=team, deleted_at=None).first()
        if team and its_team is None:
            raise click.ClickException(f"There is no team {team!r}.")
        services.add_user(
            username=username, full_name=full_name, role=role, password=password, team=its_team
        )
    click.echo(f"{username} may sign in.")


@user.command("password")
@click.argument("username")
@password_option
def set_password(username: str, password: str) -> None:
    """Give USERNAME a new password; their sessions end."""
    with administration():
        from guanxi.platform.access import services

        services.set_password(user=find_user(username), password=password)
    click.echo(f"{username} has a new password.")


@user.command("passwords-for")
@click.argument("whom", type=click.Choice(["everybody", "administrators"]))
def set_passwords_for(whom: str) -> None:
    """Say WHOM to let sign in by password: everybody again, when a provider is gone."""
    with administration():
        from guanxi.platform.access.sso import providers

        try:
            providers.open_passwords_for(whom)
        except providers.ProviderNeeded as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"By password: {whom}.")


@click.group()
def token() -> None:
    """Keys for programs."""


@token.command("create")
@click.argument("username")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@click.option("--scope", "scopes", multiple=True, default=("read",), show_default=True)
def create_token(username: str, name: str, scopes: tuple[str, ...]) -> None:
    """Make a key that acts for USERNAME; it is shown this once."""
    with administration():
        from guanxi.platform.access.sign_in import issue_token

        _token, key = issue_token(user=find_user(username), name=name, scopes=list(scopes))
    click.echo(key)


@token.command("list")
def list_tokens() -> None:
    """List the keys in force."""
    with django_ready():
        from guanxi.platform.access.models import Token

        for key in Token.objects.filter(revoked_at=None).select_related("user"):
            used = key.last_used_on or "never used"
            click.echo(f"{key.pk}  {key.user.username}  {key.name}  {','.join(key.scopes)}  {used}")


@token.command("revoke")
@click.argument("key_id")
def revoke_token(key_id: str) -> None:
    """Revoke the key with the id that `token list` shows."""
    with administration():
        from django.utils import timezone

        from guanxi.platform.access.models import Token

        revoked = Token.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=timezone.now())
    if not revoked:
        raise click.ClickException("There is no such key in force.")
    click.echo("Revoked.")


COMMANDS = (user, token)
