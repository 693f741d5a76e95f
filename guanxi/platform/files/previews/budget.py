"""How much of a file a preview shows."""

CHARACTERS = 300_000  # of all of it
CELL_CHARACTERS = 500
LINES = 2000
ROWS = 200
COLUMNS = 50
SHEETS = 8
BLOCKS = 2000


class Budget:
    """The characters that may still be shown; what was cut is remembered."""

    def __init__(self) -> None:
        self.left = CHARACTERS
        self.is_cut = False

    def take(self, text: str, longest: int = CHARACTERS) -> str:
        """As much of the text as there is room for."""
        shown = text[: min(self.left, longest)]
        self.left -= len(shown)
        self.is_cut |= len(shown) < len(text)
        return shown

    @property
    def is_spent(self) -> bool:
        self.is_cut |= self.left <= 0
        return self.left <= 0

    def row(self, cells: list[str]) -> list[str]:
        """A row of a table, with no more columns and text than are shown."""
        self.is_cut |= len(cells) > COLUMNS
        return [self.take(cell, CELL_CHARACTERS) for cell in cells[:COLUMNS]]
