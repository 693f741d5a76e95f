"""What administrators do with identity providers.

Whoever says who people are can be anybody: only those whose role may do everything change that.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.platform.access.models import PROVIDER_SECRET, IdentityProvider, ProviderLink, Role
from guanxi.platform.access.people import (
    ADMINISTRATOR,
    hold_administrators,
    person_to_change,
    require_no_more_than_own,
)
from guanxi.platform.access.predicate import Asker
from guanxi.platform.access.sso.refusals import SignInRefused, sentence
from guanxi.platform.http.addresses import fault_of
from guanxi.platform.objects.errors import DomainError, Invalid, NotFound
from guanxi.platform.workspaces.models import Workspace
from guanxi.platform.workspaces.sealing import seal


class ProviderNeeded(DomainError):
    status, code = 409, "provider_needed"


def require_trusted(asker: Asker) -> None:
    """Raise NotAllowed for administrators who may do less than everything."""
    require_no_more_than_own(asker, Role.objects.get(name=ADMINISTRATOR))


def get_provider(pk: UUID) -> IdentityProvider:
    """The provider, locked. Raises NotFound."""
    found = IdentityProvider.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def add_provider(*, asker: Asker, values: Mapping[str, Any]) -> IdentityProvider:
    """Raises NotAllowed or Invalid naming the field."""
    require_trusted(asker)
    provider = IdentityProvider()
    _assign(provider, values)
    provider.save(force_insert=True)
    provider.refresh_from_db()
    return provider


@transaction.atomic
def change_provider(*, asker: Asker, pk: UUID, values: Mapping[str, Any]) -> IdentityProvider:
    """Change what is given. Raises NotFound, NotAllowed, Invalid or ProviderNeeded."""
    require_trusted(asker)
    hold_administrators()
    provider = get_provider(pk)
    _assign(provider, values)
    provider.save()
    _require_way_in()
    return provider


@transaction.atomic
def remove_provider(*, asker: Asker, pk: UUID) -> None:
    """Raises NotFound, NotAllowed or ProviderNeeded. Whom it linked stays linked, if it returns."""
    require_trusted(asker)
    hold_administrators()
    get_provider(pk).delete()
    _require_way_in()


@transaction.atomic
def set_passwords_for(*, asker: Asker, whom: str) -> None:
    """Say who may sign in without a provider. Raises NotAllowed or ProviderNeeded.

    Administrators always may: nobody is locked out when a provider is gone.
    """
    require_trusted(asker)
    open_passwords_for(whom)


@transaction.atomic
def open_passwords_for(whom: str) -> None:
    """As `set_passwords_for`, from the server's own keyboard. Raises ProviderNeeded."""
    hold_administrators()
    Workspace.objects.update(passwords_for=whom)
    cache.delete("workspace")
    _require_way_in()


def unlink(*, asker: Asker, pk: UUID) -> int:
    """Forget how providers know somebody, who is matched by e-mail again; returns how many."""
    require_trusted(asker)
    return ProviderLink.objects.filter(user=person_to_change(asker, pk)).delete()[0]


def fault_of_provider(provider: IdentityProvider) -> str | None:
    """What keeps people from signing in by it, as far as asking it shows; None if nothing does."""
    from guanxi.platform.access.sso import oidc  # its libraries, once they are needed

    try:
        found = oidc.metadata(provider, anew=True)
        if not oidc.keys_of(found, age=0):
            raise SignInRefused("broken")
    except SignInRefused as refused:
        return sentence(refused.code, name=provider.name, told=refused.told)
    return None


def _require_way_in() -> None:
    only_administrators = Workspace.objects.filter(passwords_for=Workspace.Passwords.ADMINISTRATORS)
    if (
        only_administrators.exists()
        and not IdentityProvider.objects.filter(is_active=True).exists()
    ):
        raise ProviderNeeded(
            _("While only administrators sign in by password, one provider must be switched on.")
        )


def _assign(provider: IdentityProvider, values: Mapping[str, Any]) -> None:
    """Set what is given and check it. Raises Invalid naming the field."""
    given = dict(values)
    if "secret" in given:
        provider.secret = seal(given.pop("secret"), purpose=PROVIDER_SECRET)
    if "role" in given:
        provider.role = _role(given.pop("role"), "role")
    if "roles" in given:
        for place, one in enumerate(given["roles"]):
            _role(one["role"], f"roles.{place}.role")
    if "domains" in given:
        given["domains"] = sorted({domain.lower() for domain in given["domains"]})
    for name, value in given.items():
        setattr(provider, name, value)
    if provider.roles and not provider.claim:
        raise _invalid("claim", _("Name the claim that the roles are given by."))
    match fault_of(provider.issuer, settings.SSO_HOSTS):
        case "form":
            raise _invalid("issuer", _("Give an address that begins with https://."))
        case "inside":
            message = _(
                "This address is inside the network. Whoever runs the server can list its host"
                " in GUANXI_SSO_HOSTS."
            )
            raise _invalid("issuer", message)
    same = IdentityProvider.objects.filter(issuer=provider.issuer, client_id=provider.client_id)
    if same.exclude(pk=provider.pk).exists():
        raise _invalid("client_id", _("There is a provider with this issuer and client id."))


def _role(pk: Any, field: str) -> Role | None:
    role = Role.objects.filter(pk=pk, deleted_at=None).first() if pk else None
    if pk and role is None:
        raise _invalid(field, _("There is no such record, or you may not see it."))
    return role


def _invalid(field: str, message: str) -> Invalid:
    return Invalid([{"field": field, "message": message, "code": "invalid"}])
