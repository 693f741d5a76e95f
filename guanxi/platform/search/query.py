"""What somebody typed, as conditions on search texts."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.db.models import Q
from django.db.models.expressions import RawSQL

from guanxi.platform.access.predicate import NOBODY, Asker, visible_to
from guanxi.platform.objects.columns import PhoneField
from guanxi.platform.objects.registry import ObjectType
from guanxi.standardizing.folding import fold, is_ideograph

MAX_LENGTH = 200
MAX_WORDS = 8  # each costs the planner time, and the reader of texts that wait for their index
FEW = 2000  # records
HEAD = 24  # characters of a text, and of how its title is said, that their indexes have
BEGINNING = f'left(text, {HEAD}) collate "C"'
SAID = "replace(split_part(text, ' ! ', 2), ' ', '')"  # "wangyangwangyangwy": its first reading
SPELLING = f'left({SAID}, {HEAD}) collate "C"'

Sql = tuple[str, list[str]]  # a condition or query with its parameters


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

    def fits(self, object_type: ObjectType, text: str) -> Sql:
        """The condition of texts that have all words, or the number as one. `text`: its SQL."""
        columns = map(object_type.model._meta.get_field, object_type.searched)
        has_phone = any(isinstance(c, PhoneField) for c in columns)
        parts = [f"%{_place(word, inside_numbers=has_phone)}%" for word in self.words]
        condition = " and ".join([f"{text} like %s"] * len(parts))
        if has_phone and self.number not in ("", *self.words):
            return f"({condition} or {text} like %s)", [*parts, f"%{self.number}%"]
        return f"({condition})", parts


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


def partition(object_type: ObjectType) -> str:
    """The table of the texts of one object, or of all that share theirs."""
    name = object_type.shape if object_type.model.is_shared else object_type.name
    return f"platform_searchtext_{name}"


def _texts(object_type: ObjectType) -> str:
    """The texts of one object, as a table."""
    if object_type.model.is_shared:
        own = f"select * from {partition(object_type)} where object = '{object_type.name}'"  # noqa: S608  names of ours
        return f"({own}) own"
    return partition(object_type)


def found_texts(
    asker: Asker, object_type: ObjectType, query: Query, *, of_newest: int | None = None
) -> Sql | None:
    """The query of ids of records, visible or not, with the words in fields the asker may see.

    `of_newest`: only so many of the newest texts are read, one by one, the newest first.
    """
    visible = asker.fields(object_type)
    lines = [i for i, name in enumerate(object_type.searched, 1) if name in visible]
    if not query.words or not lines:
        return None
    fits, parameters = query.fits(object_type, "text")
    condition = fits
    if of_newest is None:
        # Said apart, so that the indexes serve the one part, and the few that wait are the other.
        condition = f"((indexed and {fits}) or (not indexed and {fits}))"
        parameters *= 2
    if len(lines) < len(object_type.searched):
        seen = " || E'\\n' || ".join(f"split_part(text, E'\\n', {line})" for line in lines)
        fits, more = query.fits(object_type, f"({seen})")
        condition, parameters = f"{condition} and {fits}", parameters + more
    texts = _texts(object_type)
    if of_newest is not None:
        texts = f"(select * from {texts} order by record_id desc limit {of_newest}) newest"  # noqa: S608  names of ours
    return f"select record_id from {texts} where {condition}", parameters  # noqa: S608  names of ours


def oldest_of_newest(object_type: ObjectType, count: int) -> str:
    """The id of the last of the newest texts of an object; null if there are fewer."""
    texts = _texts(object_type)
    return f"(select record_id from {texts} order by record_id desc offset {count - 1} limit 1)"  # noqa: S608  names of ours


def beginning_texts(asker: Asker, object_type: ObjectType, query: Query) -> list[Sql]:
    """The queries of ids of records whose title begins with the text, or is said so.

    Exactly equal ones come first.
    """
    if object_type.title not in asker.fields(object_type) or not query.whole:
        return []
    ends_word = is_ideograph(query.whole[-1])
    begin = f" {query.whole} " if ends_word else f" {query.whole}"
    ways = [(BEGINNING, "text", begin)]
    letters = query.whole.replace(" ", "")
    if letters.isascii() and letters.isalpha():
        ways.append((SPELLING, SAID, letters))
    queries: list[Sql] = []
    for head, whole, start in ways:
        condition, parameters = f"indexed and {head} like %s", [f"{start[:HEAD]}%"]
        if len(start) > HEAD:
            condition, parameters = f"{condition} and {whole} like %s", [*parameters, f"{start}%"]
        sql = f"select record_id from {_texts(object_type)} where {condition} order by {head}"  # noqa: S608  names of ours
        queries.append((sql, parameters))
    return queries


def ids_found(asker: Asker, object_type: ObjectType, query: Query) -> Q:
    """The condition of records with the words in fields the asker may see."""
    texts = found_texts(asker, object_type, query)
    return Q(pk__in=RawSQL(*texts)) if texts else NOBODY  # noqa: S611  values are parameters


def found_by(asker: Asker, object_type: ObjectType, text: str) -> Q:
    """The condition of records that a text finds: by their own words or through related ones.

    What finds few records is asked for here and named in the condition. Joined to a list in an
    order of its own, the planner would rather walk that order to the end.
    """
    query = Query(text)
    if not query.words:
        return NOBODY
    own = ids_found(asker, object_type, query)
    ways = [(object_type.model._default_manager.filter(own), "pk")]
    for name in object_type.search_through:
        other, link = object_type.related[name]
        ways.append((visible_to(asker, other.model).filter(ids_found(asker, other, query)), link))
    condition = NOBODY
    for records, link in ways:
        ids = records.order_by().values_list(link, flat=True)
        few = list(ids[: FEW + 1])
        condition |= Q(pk__in=few if len(few) <= FEW else ids)
    return condition
