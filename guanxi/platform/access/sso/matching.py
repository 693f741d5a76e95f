"""Who somebody that a provider vouches for is here.

Whoever was here before is known by issuer and subject alone: mail addresses change hands. The
first time, a verified address of a served domain leads to the one user who has it.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from guanxi.platform.access.models import IdentityProvider, ProviderLink, Role, User
from guanxi.platform.access.people import (
    LastAdministrator,
    hold_administrators,
    require_one_administrator,
)
from guanxi.platform.access.sso.refusals import SignInRefused
from guanxi.platform.events.context import acting
from guanxi.platform.http.request import Request

Claims = dict[str, Any]


def person_of(request: Request, provider: IdentityProvider, claims: Claims) -> User:
    """The user, linked or made if need be, in the role that the claims give. Raises SignInRefused.

    The log names the provider as what did it.
    """
    source = f"provider:{provider.pk}"
    try:
        with acting(actor_id=None, source=source, request_id=request.request_id):
            link = _link(provider, claims) or _first_time(provider, claims)
            if not link.user.is_active or link.user.deleted_at is not None:
                raise SignInRefused("inactive")
            ProviderLink.objects.filter(pk=link.pk).update(last_used_at=timezone.now())
            _give_role(link.user, _role_by_claim(provider, claims))
    except IntegrityError as error:  # of two tabs at once the second finds whom the first made
        raise SignInRefused("not_begun") from error
    return User.objects.select_related("role", "team").get(pk=link.user_id)


def _link(provider: IdentityProvider, claims: Claims) -> ProviderLink | None:
    links = ProviderLink.objects.select_related("user__role")
    return links.filter(issuer=provider.issuer, subject=claims["sub"]).first()


def _first_time(provider: IdentityProvider, claims: Claims) -> ProviderLink:
    email = _verified_email(provider, claims)
    found = list(User.objects.filter(email__iexact=email, deleted_at=None)[:2])
    if len(found) > 1:
        raise SignInRefused("ambiguous")
    user = found[0] if found else _made(provider, claims, email)
    link, is_new = ProviderLink.objects.get_or_create(
        user=user, issuer=provider.issuer, defaults={"subject": claims["sub"]}
    )
    if not is_new and link.subject != claims["sub"]:
        raise SignInRefused("other_subject")
    return link


def _verified_email(provider: IdentityProvider, claims: Claims) -> str:
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") not in (True, "true"):
        raise SignInRefused("no_email")
    _name, at, domain = email.rpartition("@")
    if not at or domain.lower() not in provider.domains:
        raise SignInRefused("domain")
    return email


def _made(provider: IdentityProvider, claims: Claims, email: str) -> User:
    """Somebody new, if the provider may bring such; they have no password."""
    role = _role_by_claim(provider, claims) or provider.role
    if provider.role is None or role is None:
        raise SignInRefused("unknown")
    name = claims.get("name")
    known_as = name.replace("\0", "").strip()[:150] if isinstance(name, str) else ""
    user = User(username=email, email=email, full_name=known_as or email, role=role)
    user.set_unusable_password()
    try:
        user.clean_fields(exclude=["role", "team", "password"])
        user.validate_constraints()
    except ValidationError as error:
        raise SignInRefused("name_taken") from error
    user.save(force_insert=True)
    return user


def _role_by_claim(provider: IdentityProvider, claims: Claims) -> Role | None:
    """The first role of the provider's list whose value the claim has."""
    told = claims.get(provider.claim) if provider.claim else None
    values = told if isinstance(told, list) else [told]
    pk = next((given["role"] for given in provider.roles if given["value"] in values), None)
    return Role.objects.filter(pk=pk, deleted_at=None).first() if pk else None


def _give_role(user: User, role: Role | None) -> None:
    """Put the person into the role, unless nobody were left to administer."""
    if role is None or role.pk == user.role_id:
        return
    hold_administrators()
    before = user.role_id
    User.objects.filter(pk=user.pk).update(role=role)
    try:
        require_one_administrator()
    except LastAdministrator:
        User.objects.filter(pk=user.pk).update(role_id=before)
