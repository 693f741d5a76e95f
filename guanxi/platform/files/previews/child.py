"""The process that makes one preview: `python -m ….child FILE SUFFIX LANGUAGE [cut]`.

Writes it as JSON: {"kind": …} as `PreviewOut` has it. Knows neither the database nor the settings
of the workspace.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

CPU_SECONDS = 10
MEMORY_BYTES = 1024**3
OPEN_FILES = 64


def confine() -> None:
    """Give up, before the file is looked at, what reading it does not take."""
    for limit, value in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))


def speak(language: str) -> None:
    """Have messages in the reader's language; of Django nothing else is needed."""
    import django
    from django.conf import settings
    from django.utils.translation import activate

    locale = Path(__file__).parents[3] / "locale"
    settings.configure(USE_I18N=True, LOCALE_PATHS=[locale], LANGUAGE_CODE="en")
    django.setup()
    activate(language)


def main(path: Path, suffix: str, language: str, is_cut: bool) -> dict[str, Any]:
    speak(language)
    from django.utils.translation import gettext as _

    from guanxi.platform.files.previews.reading import read
    from guanxi.platform.objects.errors import DomainError

    try:
        return read(path, suffix, is_cut=is_cut)
    except DomainError as error:
        return {"kind": "none", "why": str(error.message)}
    except MemoryError:
        return {"kind": "none", "why": _("A preview of this file takes too much time or memory.")}


if __name__ == "__main__":
    confine()
    given, suffix, language, *rest = sys.argv[1:]
    print(json.dumps(main(Path(given), suffix, language, bool(rest))))
