"""What one web process passes on to its open browsers.

One thread listens to the database and shows each user what they may see of it: a notice names
records, and each is checked by the one access predicate at the moment of delivery. A browser says
from where on it needs them: the last notice it had before it was away for a moment, or the age of
what it shows; what can no longer be told of that time is the advice to ask for everything anew.
"""

import json
import logging
import threading
import time
import uuid
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from guanxi.platform.access.models import Session, Share, Token, User
from guanxi.platform.access.predicate import Asker, predicate, visible_to
from guanxi.platform.access.sign_in import living_tokens
from guanxi.platform.fields.version import one_version
from guanxi.platform.jobs.services import jobs_of
from guanxi.platform.live.models import Presence
from guanxi.platform.live.triggers import CHANNEL
from guanxi.platform.objects.registry import is_declared, object_type

GATHER = 0.1  # seconds: notices so close together are delivered as one
LOOK_UP = 1.0  # seconds between looks whether anybody still listens
CHECK_EVERY = 20.0  # seconds between looks whether sessions and tokens still hold
REMEMBERED = 1000  # notices kept for browsers that were away for a moment
LISTENING_SOON = 10.0  # seconds the first stream waits for the database to be heard
TICKET_SECONDS = 30.0
ENDED = ""  # what a listener gets instead of a message when it may listen no longer

log = logging.getLogger(__name__)
Send = Callable[[str], None]
Visible = Callable[[Asker, list[UUID]], Iterable[UUID]]
_private: dict[str, Visible] = {}  # what is no declared object, with its own rule of who sees it


def tells(name: str) -> Callable[[Visible], Visible]:
    """Give notices of `name` a rule of their own: which of these ids the asker may hear of."""

    def add(rule: Visible) -> Visible:
        _private[name] = rule
        return rule

    return add


@tells("job")
def _own_jobs(asker: Asker, ids: list[UUID]) -> Iterable[UUID]:
    return jobs_of(asker).filter(pk__in=ids).values_list("pk", flat=True)


@tells("session")
def _nothing(asker: Asker, ids: list[UUID]) -> Iterable[UUID]:
    """That a session ended is told to nobody: it makes us look who may still listen."""
    return ()


@tells("presence")
def _where_i_am(asker: Asker, ids: list[UUID]) -> Iterable[UUID]:
    here = Presence.objects.filter(user=asker.user, record_id__in=ids)
    return here.values_list("record_id", flat=True).distinct()


@tells("share")
def _records_shared(asker: Asker, ids: list[UUID]) -> Iterable[UUID]:
    """Notices of shares name their records."""
    of = Share.objects.filter(record_id__in=ids)
    return visible_of(asker, of.values_list("object", "record_id").distinct())


def visible_of(asker: Asker, records: Iterable[tuple[str, UUID]]) -> Iterator[UUID]:
    """Those of the records, each named by its object and id, that the asker may see."""
    by_object: dict[str, list[UUID]] = defaultdict(list)
    for name, pk in records:
        if is_declared(name):
            by_object[name].append(pk)
    for name, ids in by_object.items():
        seen = visible_to(asker, object_type(name).model)
        yield from seen.filter(pk__in=ids).values_list("pk", flat=True)


@tells("custom_object")
@tells("custom_field")
@tells("layout")
def _every_definition(asker: Asker, ids: list[UUID]) -> Iterable[UUID]:
    """That a definition changed; what it says now is told by `/meta`, as far as each may know."""
    return ids


@dataclass(frozen=True)
class Who:
    """On whose behalf somebody listens, and by what right: a session, or else a token."""

    user_id: UUID
    session_key: str | None = None
    proof: str = ""  # of the session: another one after a change of password
    token_id: UUID | None = None


@dataclass(frozen=True)
class Notice:
    """What the database told: these records of an object, or so many that none is named."""

    number: int
    heard_at: float  # by the monotonic clock
    object: str
    ids: frozenset[UUID] | None
    gone: bool
    request: str | None


@dataclass(frozen=True)
class Wish:
    """Who asks to be told, and of what that was before: after this notice, or these seconds ago."""

    who: Who
    last: str = ""
    age: float = 0.0


@dataclass(frozen=True)
class Listener:
    """One open stream."""

    who: Who
    send: Send


class Hub:
    """Passes notices of the database on to listeners, each in its user's name."""

    def __init__(self, *, look_up: float = LOOK_UP, check_every: float = CHECK_EVERY) -> None:
        self._look_up, self._check_every = look_up, check_every
        self._boot = uuid.uuid4().hex[:12]  # numbers of another process mean nothing here
        self._lock = threading.Lock()
        self._listeners: dict[UUID, Listener] = {}
        self._tickets: OrderedDict[str, tuple[float, Wish]] = OrderedDict()
        self._notices: deque[Notice] = deque(maxlen=REMEMBERED)
        self._count = 0
        self._listening = threading.Event()
        self._interrupted = False  # since those who listen were last told all
        self._heard_since = 0.0  # by the monotonic clock
        self._thread: threading.Thread | None = None

    # ------------------------------------------------------------ those who listen

    def ticket(self, wish: Wish) -> str:
        """A word that, within half a minute and in this process, opens one stream."""
        now = time.monotonic()
        with self._lock:
            while self._tickets and next(iter(self._tickets.values()))[0] < now:
                self._tickets.popitem(last=False)
            word = uuid.uuid4().hex
            self._tickets[word] = (now + TICKET_SECONDS, wish)
        return word

    def admit(self, word: str) -> Wish | None:
        with self._lock:
            _until, wish = self._tickets.pop(word, (0.0, None))
        return wish

    def open(self, wish: Wish, send: Send) -> UUID:
        """Start to send notices; those that were missed first, or the advice to ask for all anew.

        Returns when the database is heard, so that nothing that is told later is missed.
        """
        key, listener = uuid.uuid4(), Listener(wish.who, send)
        with self._lock:
            self._listeners[key] = listener
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        try:
            self._begin(wish, listener)
        except Exception:
            self.close(key)
            raise
        return key

    def _begin(self, wish: Wish, listener: Listener) -> None:
        """Tell what was missed, if the database is heard; else "anew" will come once it is."""
        heard = self._listening.wait(LISTENING_SOON)
        with self._lock:
            self._interrupted |= not heard
            missed = self._missed(wish) if heard else []
            place = self._place(self._count)
        if missed is None:
            listener.send(self._message("anew"))
            return
        if missed:
            self._deliver(missed, [listener])
            connection.close()
        listener.send(f"id: {place}\n\n")  # no event, but from where to go on after an interruption

    def close(self, key: UUID) -> None:
        with self._lock:
            self._listeners.pop(key, None)

    def _missed(self, wish: Wish) -> list[Notice] | None:
        """The notices since then; None if they cannot be told (any more)."""
        if not wish.last:
            since = time.monotonic() - wish.age
            if wish.age and since <= self._heard_since:
                return None
            return [notice for notice in self._notices if notice.heard_at >= since]
        boot, _dash, number = wish.last.partition("-")
        if boot != self._boot or not number.isdecimal() or int(number) > self._count:
            return None
        missed = self._count - int(number)
        if missed > len(self._notices):
            return None
        return list(self._notices)[len(self._notices) - missed :]

    # ------------------------------------------------------------ the thread that hears

    def _run(self) -> None:
        while self._wanted():
            try:
                self._listen()
            except Exception:  # whatever it is, browsers must not be left without news for good
                log.exception("live events were interrupted; trying again")
                self._interrupt()
                time.sleep(self._look_up)  # what failed just now would fail again
            finally:
                connection.close()

    def _wanted(self) -> bool:
        """Whether this thread is the one that listens; it is over when nobody hears it."""
        with self._lock:
            mine = self._thread is threading.current_thread()
            if mine and not self._listeners:
                self._thread, mine = None, False
                self._listening.clear()
        return mine

    def _interrupt(self) -> None:
        with self._lock:
            if self._thread is threading.current_thread():
                self._listening.clear()
                self._interrupted = True

    def _listen(self) -> None:
        parameters = connection.get_connection_params()
        with psycopg.connect(**parameters, autocommit=True) as database:
            database.execute(f"listen {CHANNEL}")
            self._start_afresh()
            due = time.monotonic() + self._check_every
            while self._wanted():
                told = [n.payload for n in database.notifies(timeout=self._look_up, stop_after=1)]
                if told:
                    told += [n.payload for n in database.notifies(timeout=GATHER)]
                    self._hear(told)
                if time.monotonic() > due:
                    self._dismiss_those_without_right()
                    due = time.monotonic() + self._check_every
                connection.close()

    def _start_afresh(self) -> None:
        """Of what was told until now, nobody heard all."""
        with self._lock:
            self._notices.clear()
            self._count += 1
            self._heard_since = time.monotonic()
            interrupted, self._interrupted = self._interrupted, False
        self._listening.set()
        if interrupted:
            self._all(self._message("anew"))

    def _hear(self, payloads: list[str]) -> None:
        notices = []
        for payload in OrderedDict.fromkeys(payloads):
            told = json.loads(payload)
            ids = None if told["ids"] is None else frozenset(map(UUID, told["ids"]))
            with self._lock:
                self._count += 1
                notice = Notice(
                    number=self._count,
                    heard_at=time.monotonic(),
                    object=told["object"],
                    ids=ids,
                    gone=told["gone"],
                    request=told["request"],
                )
                if len(self._notices) == REMEMBERED:
                    self._heard_since = self._notices[0].heard_at
                self._notices.append(notice)
            notices.append(notice)
        with self._lock:
            listeners = list(self._listeners.values())
        self._deliver(notices, listeners)

    def _deliver(self, notices: list[Notice], listeners: list[Listener]) -> None:
        """Send each listener what its user may see, asking once for each user."""
        by_right: dict[tuple[UUID, UUID | None], list[Listener]] = defaultdict(list)
        rights = Rights.of(listeners)
        for listener in listeners:
            if rights.still_hold(listener.who):
                by_right[listener.who.user_id, listener.who.token_id].append(listener)
            else:
                listener.send(ENDED)
        with one_version():
            for (user_id, token_id), same in by_right.items():
                scopes = rights.tokens[token_id].scopes if token_id else None
                asker = Asker(rights.users[user_id], scopes)
                for notice in notices:
                    if (message := self._seen(asker, notice)) is not None:
                        for listener in same:
                            listener.send(message)

    def _seen(self, asker: Asker, notice: Notice) -> str | None:
        """The notice as this asker may hear it; None if it is not for them."""
        told: dict[str, Any] = {"object": notice.object, "request": notice.request, "ids": None}
        if notice.object in _private:
            if notice.ids is None or not (
                seen := list(_private[notice.object](asker, list(notice.ids)))
            ):
                return None
            told["ids"] = sorted(map(str, seen))
            return self._message("change", told, notice.number)
        if not is_declared(notice.object):  # archived while it was told
            return None
        declared = object_type(notice.object)
        if not asker.may("read", declared):
            return None
        if notice.ids is not None and not notice.gone:  # of one that is gone, nobody can say
            condition = predicate(asker, declared)
            ids: Iterable[UUID] = notice.ids
            if condition != Q():
                records: QuerySet[Any] = declared.model._default_manager.filter(condition)
                ids = records.filter(pk__in=notice.ids).values_list("pk", flat=True)
            told["ids"] = sorted(map(str, ids))
            if not told["ids"]:
                return None
        return self._message("change", told, notice.number)

    def _dismiss_those_without_right(self) -> None:
        """End the streams of sessions and tokens that are over."""
        with self._lock:
            listeners = list(self._listeners.values())
        rights = Rights.of(listeners)
        for listener in listeners:
            if not rights.still_hold(listener.who):
                listener.send(ENDED)

    def _all(self, message: str) -> None:
        with self._lock:
            listeners = list(self._listeners.values())
        for listener in listeners:
            listener.send(message)

    def _message(self, event: str, data: object = None, number: int | None = None) -> str:
        """One message of a server-sent event stream (HTML standard, 9.2)."""
        place = self._place(self._count if number is None else number)
        return f"id: {place}\nevent: {event}\ndata: {json.dumps(data)}\n\n"

    def _place(self, number: int) -> str:
        return f"{self._boot}-{number}"


@dataclass(frozen=True)
class Rights:
    """What those who listen may do by now: their users, tokens and sessions that still hold."""

    users: dict[UUID, User]
    tokens: dict[UUID, Token]
    sessions: frozenset[str]

    @classmethod
    def of(cls, listeners: Iterable[Listener]) -> "Rights":
        everybody = [listener.who for listener in listeners]
        active = User.objects.select_related("role").filter(is_active=True, deleted_at=None)
        tokens = {who.token_id for who in everybody if who.token_id}
        keys = {who.session_key for who in everybody if who.session_key}
        alive = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        return cls(
            active.in_bulk({who.user_id for who in everybody}),
            living_tokens().in_bulk(tokens) if tokens else {},
            frozenset(alive.values_list("session_key", flat=True)),
        )

    def still_hold(self, who: Who) -> bool:
        user = self.users.get(who.user_id)
        if user is None or who.token_id is not None:
            return user is not None and who.token_id in self.tokens
        same_password = constant_time_compare(who.proof, user.get_session_auth_hash())
        return same_password and who.session_key in self.sessions


hub = Hub()
