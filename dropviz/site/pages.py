"""The pages of the folder as records: what each is called, what one can choose there, and what it shows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from dropviz.figures.which_p import MEANS_DRAWN
from dropviz.frameworks import choices
from dropviz.settings import first_screen, mistakes, pages, sources, story
from dropviz.settings.addresses import FIRST_PAGE
from dropviz.settings.kinds import RATE, Choice, Setting
from dropviz.settings.pages import PageName
from dropviz.site.pictures import Payloads, of_answer, of_framework, of_mistake, of_source, of_story
from dropviz.story.reading import USUAL as USUAL_OF_STORY
from dropviz.story.reading import own_story

DRAWN = f"Drawn from {sources.USUAL}."


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page of the folder.

    Attributes
    ----------
    name : what it is called, as in the app
    choices : what one chooses there, two things at most
    figures : the payloads at an option of the first choice ("" where there is none), by option of the second
    notes : what stands below the picture, by option of the first choice
    settings : what its address holds besides, which the page sets itself
    aside : what an address with settings says too, for the app to show the same
    """

    name: PageName
    figures: Callable[[str], Payloads]
    notes: Mapping[str, str]
    choices: tuple[Choice, ...] = ()
    settings: tuple[Setting, ...] = (RATE,)
    aside: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The name of its file."""
        return "index.html" if self.name.address == FIRST_PAGE else f"{self.name.address}.html"

    @property
    def options(self) -> Iterable[str]:
        """The options of the first choice."""
        return self.choices[0].options if self.choices else ("",)

    @property
    def is_story(self) -> bool:
        """Whether it shows the story, which has a figure a scene."""
        return self.name == pages.STORY


def _said(name: str) -> str:
    """What the first screen is drawn from, in a sentence."""
    source = sources.SOURCES[name]
    parameters = ", ".join(f"{setting.label} {setting.default:g}" for setting in source.settings)
    units = f"{first_screen.UNITS.default:,} units, seed {first_screen.SEED.default}"
    return f"Drawn: {source.label}{f', {parameters}' if parameters else ''}; {units}."


def site_pages(frameworks: Iterable[str] = choices.NAMES) -> tuple[SitePage, ...]:
    """Return the pages, in the order of the question; of *Which p?* with these frameworks."""
    offered = {name: sources.SOURCES[name].label for name in sources.SOURCES}
    named = {name: choices.NAMES[name] for name in frameworks}
    scene = replace(story.SCENE, high=len(own_story().scenes))
    return (
        SitePage(
            pages.START,
            of_source,
            {name: _said(name) for name in offered},
            (replace(sources.SOURCE, options=offered),),
            (first_screen.ANSWER, RATE),
            {first_screen.VIEW.key: first_screen.VIEW.default},
        ),
        SitePage(
            pages.WHICH_P,
            partial(of_framework, targets=tuple(named)),
            dict.fromkeys(named, f"{MEANS_DRAWN} from {sources.USUAL}."),
            tuple(replace(choice, options=named) for choice in (choices.SOURCE, choices.TARGET)),
        ),
        SitePage(
            pages.MISTAKES,
            of_mistake,
            dict.fromkeys(mistakes.MISTAKE.options, DRAWN),
            (mistakes.MISTAKE,),
        ),
        SitePage(pages.ANSWER, of_answer, {"": DRAWN}),
        SitePage(pages.STORY, of_story, {"": f"Drawn from {USUAL_OF_STORY}."}, settings=(scene, story.MODE)),
    )
