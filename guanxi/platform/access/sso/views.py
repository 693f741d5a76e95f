"""The two addresses a browser goes through: off to the provider, and back from it.

They are pages, not endpoints: what goes wrong is told on the sign-in page.
"""

import logging
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from guanxi.platform.access.models import IdentityProvider
from guanxi.platform.access.sign_in import HALF_WAY, Through, let_in, tell_refused
from guanxi.platform.access.sso import matching
from guanxi.platform.access.sso.refusals import SignInRefused, sentence
from guanxi.platform.http.request import Request

log = logging.getLogger(__name__)

BEGUN, PROBLEM = "sso_begun", "sso_problem"  # in the session
MOST_BEGUN = 5  # tabs that are on their way at once
GO_ON = "/"


def local_path(text: str) -> str:
    """Where to go on afterwards: a page of ours, whatever was asked for."""
    ours = text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None)
    return text if ours and text.isprintable() and len(text) <= 2000 else GO_ON


@require_GET
def begin(request: Request, pk: UUID) -> HttpResponse:
    """Send the browser to the provider."""
    from guanxi.platform.access.sso import oidc  # its libraries, once they are needed

    go_on = local_path(request.GET.get("next", ""))
    request.session.pop(PROBLEM, None)
    provider = _active(pk)
    try:
        if provider is None:
            raise SignInRefused("gone")
        asked = oidc.begin(provider)
    except SignInRefused as refused:
        return _refuse(request, refused, provider, go_on)
    until = (timezone.now() + HALF_WAY).timestamp()
    kept = {"provider": str(pk), "nonce": asked.nonce, "verifier": asked.verifier,
            "next": go_on, "until": until}  # fmt: skip
    begun = list(request.session.get(BEGUN, {}).items())[1 - MOST_BEGUN :]
    request.session[BEGUN] = dict(begun) | {asked.state: kept}
    return HttpResponseRedirect(asked.url)


@require_GET
def back(request: Request, pk: UUID) -> HttpResponse:
    """Let in whoever the provider sends back."""
    from guanxi.platform.access.sso import oidc

    begun = _taken(request)
    go_on = begun["next"] if begun else GO_ON
    provider = _active(pk)
    try:
        if provider is None:
            raise SignInRefused("gone")
        if begun is None or begun["provider"] != str(pk):
            raise SignInRefused("not_begun")
        claims = oidc.finish(
            provider,
            answer=request.GET.dict(),
            nonce=begun["nonce"],
            verifier=begun["verifier"],
        )
        through = Through(
            provider=provider.name,
            leave=oidc.leave_address(provider),
            at=timezone.now().timestamp(),
            proves_factor=oidc.proves_factor(provider, claims),
        )
        user = matching.person_of(request, provider, claims)
    except SignInRefused as refused:
        if provider and begun:  # who never set out fills no log
            tell_refused(request, None, "provider", why=refused.code, provider=provider.name)
        return _refuse(request, refused, provider, go_on)
    if let_in(request, user, through=through):
        return HttpResponseRedirect(go_on)
    return _to_sign_in(go_on)


def problem_of(request: Request) -> str | None:
    """What the last try in this browser came to, a moment ago, in words."""
    kept = request.session.get(PROBLEM)
    if not kept or kept["until"] < timezone.now().timestamp():
        return None
    return sentence(kept["code"], name=kept["name"], told=kept["told"])


def _active(pk: UUID) -> IdentityProvider | None:
    return IdentityProvider.objects.select_related("role").filter(pk=pk, is_active=True).first()


def _taken(request: Request) -> dict[str, Any] | None:
    """What this browser set out with, taken out: nothing comes back twice."""
    begun = request.session.get(BEGUN, {})
    found: dict[str, Any] | None = begun.get(request.GET.get("state", ""))
    if found is None:
        return None
    request.session[BEGUN] = {k: v for k, v in begun.items() if v is not found}
    return found if found["until"] > timezone.now().timestamp() else None


def _refuse(
    request: Request, refused: SignInRefused, provider: IdentityProvider | None, go_on: str
) -> HttpResponse:
    name = provider.name if provider else ""
    log.info("sign-in through a provider came to nothing: %s", refused.code)
    until = (timezone.now() + HALF_WAY).timestamp()
    kept = {"code": refused.code, "told": refused.told, "name": name, "until": until}
    request.session[PROBLEM] = kept
    return _to_sign_in(go_on)


def _to_sign_in(go_on: str) -> HttpResponse:
    query = "" if go_on == GO_ON else f"?{urlencode({'next': go_on})}"
    return HttpResponseRedirect(f"/sign-in{query}")
