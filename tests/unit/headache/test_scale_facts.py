"""The page on scales is what the data say, and each scale says once what it is not."""

import pytest

from abate.headache.scale_facts import describe_scale, scales_as_markdown
from abate.knowledge.scales import SCALES
from tests.conftest import ROOT


def test_the_page_is_made_from_the_data():
    _, _, made = (ROOT / "docs" / "scales.md").read_text(encoding="utf-8").partition("a test compares them. -->\n\n")
    assert made == scales_as_markdown()


@pytest.mark.parametrize("name", SCALES)
def test_each_scale_names_its_source_and_that_it_is_no_device(name):
    text = "\n".join(describe_scale(name))
    assert text.count("not a medical device") == 1
    assert SCALES[name].source in text


def test_what_is_not_verified_is_shown_so():
    text = "\n".join(describe_scale("midas"))
    assert (
        "part of a grade IV-A: 21 to 40 [some split grade IV; not found in a source that was read; unverified" in text
    )
    assert "within person: not found" in text
    assert "copyrighted; the items are not shipped" in "\n".join(describe_scale("hit6"))
