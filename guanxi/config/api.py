"""The one API: every declared object's endpoints, and each area's own."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from ninja import Router

from guanxi.customers.api import router as customers_router
from guanxi.customers.classification.api import of_customer as classes_router
from guanxi.customers.classification.api import router as classifications_router
from guanxi.customers.consent.api import open_router as preferences_router
from guanxi.customers.consent.api import router as permissions_router
from guanxi.customers.privacy.api import router as privacy_router
from guanxi.customers.relations.api import router as relations_router
from guanxi.customers.relations.api import verbs_router as relationships_router
from guanxi.demo.api import router as sample_router
from guanxi.insight.api import router as insight_router
from guanxi.insight.api import scores_router
from guanxi.insight.duplicates_api import router as duplicates_router
from guanxi.insight.lifecycle.api import router as lifecycle_router
from guanxi.insight.quality.api import router as quality_router
from guanxi.insight.value.api import customer_router as customer_value_router
from guanxi.insight.value.api import router as value_router
from guanxi.interactions.api import router as interactions_router
from guanxi.interactions.api import timeline_router
from guanxi.interactions.snippets_api import router as snippets_router
from guanxi.platform.access.api import open_router
from guanxi.platform.access.api import router as session_router
from guanxi.platform.access.factors_api import open_router as proving_router
from guanxi.platform.access.factors_api import router as factors_router
from guanxi.platform.access.middleware import signed_in
from guanxi.platform.access.people_api import open_router as links_router
from guanxi.platform.access.people_api import router as people_router
from guanxi.platform.access.roles_api import router as roles_router
from guanxi.platform.access.sessions_api import router as sessions_router
from guanxi.platform.access.shares_api import router as shares_router
from guanxi.platform.access.sso.api import router as providers_router
from guanxi.platform.custom_objects.api import router as custom_objects_router
from guanxi.platform.custom_objects.definitions import ADDRESS, SHAPE, object_at
from guanxi.platform.erasing.api import erase_router
from guanxi.platform.erasing.api import router as holds_router
from guanxi.platform.erasing.retention_api import router as retention_router
from guanxi.platform.events.api import router as changes_router
from guanxi.platform.events.audit_api import router as audit_router
from guanxi.platform.events.origins_api import router as origins_router
from guanxi.platform.exchange.api import router as imports_router
from guanxi.platform.exchange.export_api import export_router, shared_export_router
from guanxi.platform.fields.api import router as fields_router
from guanxi.platform.files.api import router as files_router
from guanxi.platform.http.openapi import API
from guanxi.platform.http.problems import add_problem_handlers, problem
from guanxi.platform.http.request import Request
from guanxi.platform.jobs.api import router as jobs_router
from guanxi.platform.layouts.api import router as layouts_router
from guanxi.platform.live.api import router as live_router
from guanxi.platform.masking.api import reveal_router, shared_reveal_router
from guanxi.platform.merging.api import merge_router
from guanxi.platform.merging.api import router as merges_router
from guanxi.platform.notifications.api import router as notifications_router
from guanxi.platform.objects.api import object_router, shared_router
from guanxi.platform.objects.metadata import metadata
from guanxi.platform.objects.registry import built_in
from guanxi.platform.objects.views_api import router as views_router
from guanxi.platform.search.api import router as search_router
from guanxi.platform.webhooks.api import router as webhooks_router


def build_api() -> API:
    """The API with an endpoint set for each object declared by now."""
    api = API(
        title="Guanxi",
        version="1",
        description="Every screen of Guanxi works through this API.",
        auth=signed_in,
        openapi_url="/openapi.json",
        docs_url=None,
        urls_namespace="api",
    )
    add_problem_handlers(api)
    api.add_router("", _service_router())
    api.add_router("", open_router)
    api.add_router("", session_router)
    api.add_router("", links_router)
    api.add_router("", proving_router)
    api.add_router("", factors_router)
    api.add_router("", people_router)
    api.add_router("", sessions_router)
    api.add_router("", roles_router)
    api.add_router("", shares_router)
    api.add_router("", audit_router)
    api.add_router("", sample_router)
    api.add_router("", search_router)
    api.add_router("", notifications_router)
    api.add_router("/jobs", jobs_router)
    api.add_router("/live", live_router)
    api.add_router("/views", views_router)
    api.add_router("/custom-fields", fields_router)
    api.add_router("/custom-objects", custom_objects_router)
    api.add_router("/layouts", layouts_router)
    api.add_router("/changes", changes_router)
    api.add_router("/origins", origins_router)
    api.add_router("/imports", imports_router)
    api.add_router("/merges", merges_router)
    api.add_router("/holds", holds_router)
    api.add_router("/retention", retention_router)
    api.add_router("/webhooks", webhooks_router)
    api.add_router("/identity-providers", providers_router)
    api.add_router("/customers", customers_router)
    api.add_router("/customers", timeline_router)
    api.add_router("/customers", permissions_router)
    api.add_router("/customers", classes_router)
    api.add_router("/classifications", classifications_router)
    api.add_router("/customers", relations_router)
    api.add_router("/relationships", relationships_router)
    api.add_router("", preferences_router)
    api.add_router("", privacy_router)
    api.add_router("/tasks", interactions_router)
    api.add_router("/snippets", snippets_router)
    api.add_router("/insight", insight_router)
    api.add_router("/duplicates", duplicates_router)
    api.add_router("/insight", value_router)
    api.add_router("/insight", lifecycle_router)
    api.add_router("/data-quality", quality_router)
    api.add_router("/customers", scores_router)
    api.add_router("/customers", customer_value_router)
    api.add_router("", files_router)
    for declared in built_in():
        api.add_router(f"/{declared.url}", object_router(declared.name))
        api.add_router(f"/{declared.url}", export_router(declared.name))
        if declared.maskable:
            api.add_router(f"/{declared.url}", reveal_router(declared.name))
        if declared.merging:
            api.add_router(f"/{declared.url}", merge_router(declared))
        if declared.erasing:
            api.add_router(f"/{declared.url}", erase_router(declared))
    # Last: an address that says what it means goes before one that may mean any object.
    api.add_router(f"/{ADDRESS}{{key}}", shared_router(SHAPE, object_at))
    api.add_router(f"/{ADDRESS}{{key}}", shared_export_router(SHAPE, object_at))
    api.add_router(f"/{ADDRESS}{{key}}", shared_reveal_router(SHAPE, object_at))
    return api


def _service_router() -> Router:
    router = Router(tags=["service"])

    @router.get("/health", auth=None, response=dict[str, Any], summary="The process answers")
    def health(request: Request) -> dict[str, Any]:
        return {"status": "ok", "version": settings.VERSION}

    @router.get(
        "/ready", auth=None, response=dict[str, Any], summary="The database answers and is migrated"
    )
    def ready(request: Request) -> dict[str, Any] | HttpResponse:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return problem(request, 503, "migrations_pending", "Run guanxi migrate.")
        return {"status": "ok"}

    @router.get("/meta", response=dict[str, Any], summary="Objects and fields as I may use them")
    def meta(request: Request) -> dict[str, Any]:
        return metadata(request.asker)

    return router
