"""What somebody typed, as conditions on search texts."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Collate, Concat, Left

from guanxi.platform.access.predicate import Asker, visible_to
from guanxi.platform.objects.columns import PhoneField
from guanxi.platform.objects.registry import ObjectType
from guanxi.platform.search.folding import fold, is_ideograph
from guanxi.platform.search.models import SearchText

MAX_LENGTH = 200
MAX_WORDS = 8  # each costs the planner time, and the reader of texts that wait for their index
HEAD = 24  # characters of a text that the index of beginnings has
BEGINNING = Collate(Left("text", HEAD), "C")
NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Query:
    """Words of which a record must have all; none for a text without letter or digit."""

    text: str

    @cached_property
    def whole(self) -> str:
        return fold(self.text)

    @cached_property
    def words(self) -> list[str]:
        """Folded, Chinese apart from the rest: "张偉wei 138" looks for 张 伟 and wei and 138."""
        words = [
            " ".join(run)
            for chunk in self.text.split()
            for _is, run in groupby(fold(chunk).split(), key=lambda token: is_ideograph(token[0]))
        ]
        return list(dict.fromkeys(words))[:MAX_WORDS]

    @cached_property
    def number(self) -> str:
        """The digits of a text that has nothing else, written in groups: "+86 138-0013"."""
        digits = self.whole.replace(" ", "")
        return digits if digits.isascii() and digits.isdigit() else ""

    def fits(self, object_type: ObjectType, column: str = "text") -> Q:
        """The condition of texts that have all words, or the number as one."""
        columns = map(object_type.model._meta.get_field, object_type.searched)
        has_phone = any(isinstance(c, PhoneField) for c in columns)
        condition = Q()
        for word in self.words:
            condition &= Q(**{f"{column}__contains": _place(word, inside_numbers=has_phone)})
        if has_phone and self.number not in ("", *self.words):
            condition |= Q(**{f"{column}__contains": self.number})
        return condition


def _place(word: str, *, inside_numbers: bool) -> str:
    """The word with spaces where it must stop.

    An ideograph is a word of its own. One or two letters begin a word: no index knows them inside
    of one, and there they say little. Two digits may stand anywhere in a telephone number: so many
    have them that they are found by walking.
    """
    if is_ideograph(word[0]):
        return f" {word} "
    anywhere = len(word) > 2 or (inside_numbers and len(word) == 2 and word.isdigit())
    return word if anywhere else f" {word}"


def found_texts(asker: Asker, object_type: ObjectType, query: Query) -> "QuerySet[SearchText]":
    """Texts of one object that fit in fields the asker may see, of whatever records."""
    texts = SearchText.objects.filter(object=object_type.name)
    visible = asker.fields(object_type)
    lines = [i for i, name in enumerate(object_type.searched, 1) if name in visible]
    if not query.words or not lines:
        return texts.none()
    fits = query.fits(object_type)
    # Said apart, so that each part has its index.
    texts = texts.filter(Q(fits, indexed=True) | Q(fits, indexed=False))
    if len(lines) < len(object_type.searched):
        texts = texts.alias(visible=_lines(lines)).filter(query.fits(object_type, "visible"))
    return texts


def beginning_texts(asker: Asker, object_type: ObjectType, query: Query) -> "QuerySet[SearchText]":
    """Texts whose title begins with the query, exactly equal ones first."""
    if object_type.title not in asker.fields(object_type) or not query.whole:
        return SearchText.objects.none()
    last = query.whole.rsplit(" ", 1)[-1]
    begin = f" {query.whole} " if is_ideograph(last[0]) else f" {query.whole}"
    texts = SearchText.objects.filter(object=object_type.name, indexed=True)
    texts = texts.alias(beginning=BEGINNING).filter(beginning__startswith=begin[:HEAD])
    if len(begin) > HEAD:
        texts = texts.filter(text__startswith=begin)
    return texts.order_by("beginning")


def _lines(numbers: list[int]) -> Concat:
    """Some lines of a text, each with the space that ends it."""
    parts = [
        Func(F("text"), Value("\n"), Value(n), function="split_part", output_field=TextField())
        for n in numbers
    ]
    return Concat(*parts, Value("\n"), output_field=TextField())


def found_by(asker: Asker, object_type: ObjectType, text: str) -> Q:
    """The condition of records that a text finds: by their own words or through related ones."""
    query = Query(text)
    condition = Q(pk__in=found_texts(asker, object_type, query).values("record_id"))
    for name in object_type.search_through:
        other, link = object_type.related[name]
        texts = found_texts(asker, other, query).values("record_id")
        condition |= Q(pk__in=visible_to(asker, other.model).filter(pk__in=texts).values(link))
    return condition
