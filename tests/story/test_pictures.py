"""The pictures of the story take the ranges and defaults of their pages."""

from dataclasses import fields

from dropviz.settings import first_screen, mistakes, next_layer, schedule
from dropviz.story.pictures import DRAGGABLE, PICTURES

OF_PAGES = {one.key: one for page in (first_screen, mistakes, next_layer, schedule) for one in page.SETTINGS}


def test_every_picture_has_a_page_of_its_own_settings():
    assert {picture.address for picture in PICTURES.values()} >= {"explore", "which-p", "mistakes", "answer"}


def test_a_setting_is_that_of_its_page_but_for_what_is_meant_to_differ():
    different = {
        (one.key, field.name)
        for picture in PICTURES.values()
        for one in picture.settings
        for field in fields(one)
        if getattr(one, field.name) != getattr(OF_PAGES[one.key], field.name)
    }
    assert different == {
        ("units", "low"),
        ("mistakes_kind", "options"),
        ("step", "default"),
        ("schedule_start", "high"),
    }


def test_what_can_be_dragged_is_a_picture():
    assert set(DRAGGABLE) < PICTURES.keys()
