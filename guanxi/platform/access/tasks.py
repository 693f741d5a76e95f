"""Forgetting who was signed in, and who guessed."""

import datetime as dt

from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from guanxi.platform.access.models import SignInAttempt
from guanxi.platform.access.sign_in import WINDOW_SECONDS


@app.periodic(cron="37 3 * * *")
@app.task(name="forget_sessions", pass_context=False)
def forget_sessions(timestamp: int) -> None:
    """Every night: delete sessions that expired and attempts that count no more."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    window = dt.timedelta(seconds=WINDOW_SECONDS)
    SignInAttempt.objects.filter(window_started_at__lt=timezone.now() - window).delete()
