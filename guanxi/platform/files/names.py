"""Names of files, without what leads out of a folder or deceives the eye."""

import re
import unicodedata

from django.utils.translation import gettext as _

from guanxi.platform.files.models import LONGEST_NAME
from guanxi.platform.objects.errors import Invalid

# Control characters, halves of surrogate pairs, what is not seen, and what turns the direction of
# writing: "gpj.exe" can look like "exe.jpg". Joiners stay: Persian and emoji are written with them.
TRICKS = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
SLASH = re.compile(r"[/\\]")
LONGEST_SUFFIX = 20


def clean_name(given: str) -> str:
    """The name to keep an uploaded file by; a nameless one gets one."""
    name = TRICKS.sub("", SLASH.split(unicodedata.normalize("NFC", given))[-1]).strip()
    if not name.strip("."):
        return _("file")
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    end = dot + suffix if stem and len(suffix) <= LONGEST_SUFFIX else ""
    return name[: LONGEST_NAME - len(end)] + end


def checked_name(given: str) -> str:
    """The name somebody typed. Raises Invalid for one that no file can have."""
    name = unicodedata.normalize("NFC", given).strip()
    if not name.strip("."):
        message = _("Give the file a name.")
    elif SLASH.search(name) or TRICKS.search(name):
        message = _("A file's name has no slashes and no invisible characters.")
    elif len(name) > LONGEST_NAME:
        message = _("A file's name has at most %(count)d characters.") % {"count": LONGEST_NAME}
    else:
        return name
    raise Invalid([{"field": "name", "message": message, "code": "invalid"}])
