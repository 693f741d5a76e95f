"""Files as people send them: every encoding and every kind of damage."""

import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.exchange.errors import BadFile
from guanxi.platform.exchange.limits import UNPACKED_BYTES
from guanxi.platform.exchange.readers import csv_file
from guanxi.platform.exchange.readers.formulas import neutralize, remove_mark
from guanxi.platform.exchange.readers.table import data_rows, detect

SIMPLIFIED = "姓名,手机,城市\n张伟,13800138000,上海\n王芳,13900139000,北京\n"
TRADITIONAL = "姓名,手機,城市\n陳怡君,0912345678,臺北\n林志明,0922333444,高雄\n"


def write(path: Path, content: bytes) -> Path:
    file = path / "upload"
    file.write_bytes(content)
    return file


def rows(path: Path) -> list[list[str]]:
    return [cells for _n, cells in data_rows(path, detect(path).format)]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (SIMPLIFIED.encode(), "utf-8"),
        (SIMPLIFIED.encode("utf-8-sig"), "utf-8"),
        (SIMPLIFIED.encode("gb18030"), "gb18030"),
        (SIMPLIFIED.encode("utf-16"), "utf-16-le"),
        (SIMPLIFIED.encode("utf-16-be"), "utf-16-be"),
        (TRADITIONAL.encode("big5"), "big5"),
    ],
)
def test_encoding_is_found(tmp_path: Path, content: bytes, encoding: str) -> None:
    file = write(tmp_path, content)
    found = detect(file)
    assert found.format.encoding == encoding
    assert found.format.has_header
    assert found.header[0] == "姓名"
    assert rows(file)[0][0] in ("张伟", "陳怡君")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_and_quotes_with_newlines(tmp_path: Path, delimiter: str) -> None:
    text = 'a,b,c\n"x\ny",2,"say ""hi"""\n'.replace(",", delimiter)
    file = write(tmp_path, text.encode())
    assert detect(file).format.delimiter == delimiter
    assert rows(file) == [["x\ny", "2", 'say "hi"']]


def test_rows_keep_their_number(tmp_path: Path) -> None:
    file = write(tmp_path, b"a,b\n\n1,2\n,\n3,4\n")
    assert [n for n, _c in data_rows(file, detect(file).format)] == [3, 4, 5]


def test_a_file_without_header(tmp_path: Path) -> None:
    assert not detect(write(tmp_path, b"1,2011-01-02,5.0\n2,2011-01-03,7.5\n")).format.has_header


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "XLSX"),
        (b"PK\x03\x04 not really", "damaged"),
        (b"a,b\n1,2\n3,x\x00y\n" + b"4,5\n" * 100, "Row 3 holds a NUL"),
        (b"a,b\n1,2\n" + "王".encode()[:2], "cut off"),
        (b'a,b\n1,2\n3,"half', "quotation marks of row 3"),
        (b"a,b\n1," + b"x" * 2_000_000 + b"\n", "Row 2: a cell holds more than 1,048,576"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, content: bytes, says: str) -> None:
    file = write(tmp_path, content)
    with pytest.raises(BadFile) as refused:
        rows(file)
    assert says in str(refused.value.message)


def test_the_wrong_encoding_names_the_row(tmp_path: Path) -> None:
    file = write(tmp_path, SIMPLIFIED.encode("gb18030"))
    with pytest.raises(BadFile, match="Choose another encoding"):
        list(csv_file.read_csv(file, encoding="utf-8", delimiter=","))


def test_xlsx_is_read_as_typed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["name", "born", "amount", "vip"])
    import datetime as dt

    book.active.append(["张伟", dt.date(1990, 5, 4), 12.5, True])
    book.active.append([None, None, None, None])
    book.active.append(["x", dt.datetime(2024, 1, 2, 3, 4, 5), 3.0, None])  # noqa: DTZ001
    book.save(tmp_path / "upload")
    assert rows(tmp_path / "upload") == [
        ["张伟", "1990-05-04", "12.5", "TRUE"],
        ["x", "2024-01-02 03:04:05", "3"],
    ]


def test_xlsx_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "upload")
    with zipfile.ZipFile(tmp_path / "upload", "a") as archive:
        archive.infolist()[0].file_size = UNPACKED_BYTES + 1  # as a small bomb says of itself
        archive.writestr("another", "so that the list of contents is written anew")
    with pytest.raises(BadFile, match=f"{UNPACKED_BYTES:,} are allowed"):
        rows(tmp_path / "upload")


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r5. (abc王"), max_size=8) | st.text(max_size=20))
def test_marks_come_off_exactly(text: str) -> None:
    assert remove_mark(neutralize(text)) == text


@pytest.mark.parametrize("kept", ["+86 138 0013 8000", "-5.20", "+1(415)555-2671", "a=b", "'tis"])
def test_phones_and_numbers_carry_no_mark(kept: str) -> None:
    assert neutralize(kept) == kept


@pytest.mark.parametrize("formula", ["=1+1", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "+cmd", "\tx"])
def test_formulas_are_neutralized(formula: str) -> None:
    assert neutralize(formula) == "'" + formula
