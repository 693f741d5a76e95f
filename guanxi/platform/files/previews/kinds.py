"""Which files may have a preview; what they really are is found out by opening them."""

from guanxi.platform.files.media_types import BYTES, TEXT

OFFICE_TYPES = {
    f"application/vnd.openxmlformats-officedocument.{kind}"
    for kind in (
        "spreadsheetml.sheet",
        "wordprocessingml.document",
        "presentationml.presentation",
    )
}
OFFICE_SUFFIXES = ("xlsx", "docx", "pptx")
TEXT_TYPES = {TEXT, "text/html", "image/svg+xml", "application/xml"}  # as written, never run
TEXT_SUFFIXES = ("csv", "tsv", "txt", "md", "markdown", "log", "json", "xml", "yaml", "yml", "ini")


def suffix_of(name: str) -> str:
    return name.rpartition(".")[2].lower()


def is_text(media_type: str, name: str) -> bool:
    """Text, be it in an encoding that the first bytes do not give away."""
    return media_type in TEXT_TYPES or (media_type == BYTES and suffix_of(name) in TEXT_SUFFIXES)


def has_preview(media_type: str, name: str) -> bool:
    archive = media_type == "application/zip" and suffix_of(name) in OFFICE_SUFFIXES
    return is_text(media_type, name) or media_type in OFFICE_TYPES or archive
