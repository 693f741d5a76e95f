"""What requests to the endpoints of every object say: which records, in which order, what to do."""

from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints, model_validator

from guanxi.platform.objects.fieldtypes import JsonMap
from guanxi.platform.objects.schemas import Strict

Search = Annotated[str, StringConstraints(max_length=200)]


class ListParameters(Strict):
    """What picks and orders the records of a list."""

    filter: str | None = Field(None, description="A condition of the filter language, as JSON.")
    search: Search = ""
    deleted: bool = Field(False, description="Show the recycle bin instead.")


class PageParameters(ListParameters):
    fields: str | None = Field(
        None,
        max_length=4000,
        description="Comma-separated field names; absent: the list's columns.",
    )
    sort: str | None = Field(None, max_length=200, description='Field names, "-" for descending.')
    cursor: str | None = Field(None, max_length=4000)
    limit: int = Field(50, ge=1, le=1000)


class BoardParameters(ListParameters):
    by: str = Field(max_length=100, description="The field whose values are the columns.")
    measures: str | None = Field(
        None, max_length=4000, description='What each column adds up, as in "sum:total".'
    )
    fields: str | None = Field(None, max_length=4000, description="Of each card, as in a list.")
    sort: str | None = Field(None, max_length=200)
    limit: int = Field(50, ge=1, le=200, description="Cards of each column.")


class CountParameters(ListParameters):
    exact: bool = False


class AggregateParameters(ListParameters):
    group: str | None = Field(
        None,
        max_length=100,
        description='A field, or the periods of one: "due_on:month"; day, week, quarter, year.',
    )
    measures: str = Field(
        "count",
        max_length=4000,
        description='Comma-separated "sum:total"; also avg, min, max, and empty, which counts.',
    )


class BulkIn(Strict):
    """Which records: `ids`, or all that `filter` and `search` match. And what to do with them."""

    ids: list[UUID] | None = Field(None, max_length=10_000)
    filter: JsonMap | None = Field(None, description="{} matches every record.")
    search: Search | None = None
    set: JsonMap | None = None
    delete: Literal[True] | None = None

    @model_validator(mode="after")
    def says_which_and_what(self) -> "BulkIn":
        by_filter = self.filter is not None or bool(self.search and self.search.strip())
        if (self.ids is not None) == by_filter:
            raise ValueError(_("Name the records either by ids or by a filter."))
        if (self.set is not None) == (self.delete is not None):
            raise ValueError(_("Either set fields or delete."))
        return self


class DraftIn(Strict):
    """A record that is being written: what its rules are asked about."""

    id: UUID | None = Field(None, description="Absent of a new record.")
    set: JsonMap = Field({}, description="As of a change; what cannot be read is passed over.")


class SplitIn(Strict):
    """A text typed into a field, which may be of several fields at once."""

    field: str = Field(max_length=100)
    text: str = Field(max_length=400)
