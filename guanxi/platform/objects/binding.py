"""One endpoint for any object: written with the object as an argument that no request sends."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from ninja import Path

from guanxi.platform.http.request import Request
from guanxi.platform.objects.registry import ObjectType

View = Callable[..., Any]  # (request, declared, what the request sends)
Bind = Callable[[View], View]
Named = Callable[[str], ObjectType]
Key = Annotated[str, Path(max_length=60)]


def the_one(declared: ObjectType) -> Bind:
    """For an address that is this object's alone."""

    def bind(endpoint: View) -> View:
        @wraps(endpoint)
        def view(request: Request, **sent: Any) -> Any:
            return endpoint(request, declared, **sent)

        return _takes(view, endpoint, {})

    return bind


def the_one_named(find: Named) -> Bind:
    """For an address with a part `{key}`, by which `find` finds the object or raises NotFound."""

    def bind(endpoint: View) -> View:
        @wraps(endpoint)
        def view(request: Request, key: str, **sent: Any) -> Any:
            return endpoint(request, find(key), **sent)

        return _takes(view, endpoint, {"key": Key})

    return bind


def _takes(view: View, endpoint: View, instead: dict[str, Any]) -> View:
    """Say what the view takes: what the endpoint does, with other arguments for the object."""
    request, _declared, *sent = inspect.signature(endpoint).parameters.values()
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    put = [inspect.Parameter(n, kind, annotation=of) for n, of in instead.items()]
    view.__signature__ = inspect.Signature([request, *put, *sent])  # type: ignore[attr-defined]
    return view
