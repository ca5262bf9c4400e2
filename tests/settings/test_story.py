"""What an address may say of the story."""

import pytest

from dropviz.settings.story import MODE, ORDER, SCENE, STORY


@pytest.mark.parametrize(
    ("setting", "texts"),
    [
        (SCENE, ("0", "41", "nan", "1e9")),
        (ORDER, ("1,1", "a", "-1", "0", "41", "1,,2", "٣", "9" * 5000)),
        (MODE, ("party", "Talk")),
        (STORY, ("../../etc/passwd", "0" * 15, "A" * 16, "f" * 17, "f" * 5000)),
    ],
    ids=lambda one: getattr(one, "key", ""),
)
def test_what_is_no_place_in_a_story_is_refused(setting, texts):
    for text in texts:
        with pytest.raises(ValueError, match=r"^"):
            setting.parse(text)


def test_an_order_is_written_without_blanks_and_may_be_empty():
    assert (ORDER.parse(" 3, 1"), ORDER.parse(" ")) == ("3,1", "")
