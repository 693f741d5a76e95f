"""What the web server runs: live events as a stream, assistants, all else by Django's WSGI handler.

Django's own ASGI handler takes twice as long for the same answer.
"""

import os
from typing import Any, cast

from django.core.wsgi import get_wsgi_application

from guanxi.platform.http.bridge import Bridge

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
THREADS = int(os.environ.get("GUANXI_WEB_THREADS", "4"))

django = Bridge(cast(Any, get_wsgi_application()), workers=THREADS)

from guanxi.assistants.door import with_assistants  # noqa: E402  after Django is ready
from guanxi.platform.http.memory import settle_memory  # noqa: E402
from guanxi.platform.live.hub import hub  # noqa: E402
from guanxi.platform.live.stream import App, with_stream  # noqa: E402

application = with_assistants(with_stream(cast(App, django), hub))
settle_memory()
