"""The chart of the CDNOW sample shows what was published of it, and is the one in the documents."""

from pathlib import Path

import numpy as np
import pytest

from docs.cdnow import IMAGES, MODELS, SEEN_WEEKS, WORDS, Holdout, draw, holdout

# Mean purchases of the held-out weeks by repeat purchases before: as counted, and as the R package
# BTYD expects of them by Pareto/NBD.
CAME = [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
PARETO = [0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.404]


@pytest.fixture(scope="module")
def found(outside_data: Path) -> Holdout:
    return holdout(outside_data)


@pytest.mark.outside_data
def test_chart_shows_what_was_published(found: Holdout) -> None:
    assert found.customers[:2].tolist() == [1411, 439]
    assert found.counts["came"] == pytest.approx(CAME, abs=6e-4)
    assert found.counts["ParetoNBD"] == pytest.approx(PARETO, abs=5e-3)
    assert found.curve["came"][SEEN_WEEKS] == 2457


@pytest.mark.outside_data
def test_models_come_nearer_than_as_many_as_before(found: Holdout) -> None:
    for model in MODELS:
        off, naive = (
            np.abs(found.counts[name] - found.counts["came"]) for name in (model.__name__, "before")
        )
        assert (off < naive).all()
        assert found.curve[model.__name__][-1] == pytest.approx(found.curve["came"][-1], rel=0.08)


@pytest.mark.outside_data
@pytest.mark.parametrize("language", WORDS)
def test_documents_hold_this_chart(found: Holdout, language: str) -> None:
    drawn = draw(found, WORDS[language])
    assert (IMAGES / f"cdnow-{language}.svg").read_text("utf-8") == drawn
    text = (IMAGES.parent / language / "scores.md").read_text("utf-8")
    assert f"(../images/cdnow-{language}.svg)" in text
