"""What every page is called: in the navigation, over its picture, and in a link to it."""

from typing import NamedTuple

from dropviz.settings.addresses import FIRST_PAGE


class PageName(NamedTuple):
    """A page by name.

    Attributes
    ----------
    address, title : its name in the address and in the navigation
    heading : the question over its picture
    question : what a link to it asks, where its title says too little
    """

    address: str
    title: str
    heading: str
    question: str = ""


START = PageName(FIRST_PAGE, "Start", "Dropout: where do you scale?", "back to the start")
WHICH_P = PageName("which-p", "Which p?", "Which p do I write?", "which p is meant, and what to divide by?")
MISTAKES = PageName("mistakes", "Mistakes", "What happens if you get it wrong?", "what if one gets it wrong?")
NEXT_LAYER = PageName(
    "next-layer", "Next layer", "What reaches the next layer?", "what reaches the next layer?"
)
WHERE = PageName(
    "where", "Where it goes", "What changes in a real network?", "what changes in a real network?"
)
MY_NETWORK = PageName(
    "my-network",
    "My network",
    "What does dropout do to my layers?",
    "what does dropout do to the layers of my network?",
)
TRAINING = PageName(
    "training",
    "Training",
    "What does a forgotten factor do to a trained network?",
    "what does a forgotten factor do to a trained network?",
)
ANSWER = PageName(
    "answer",
    "Answer",
    "Which strategy is preferable, and why?",
    "which strategy is preferable, and why?",
)
STORY = PageName("story", "Story", "Can you predict what dropout does?")
NOISE = PageName(
    "noise",
    "Zero-mean noise",
    "Which noise needs anything at test?",
    "which other noise needs nothing at test?",
)
SCHEDULE = PageName(
    "schedule",
    "A changing rate",
    "If the rate changes, which factor belongs in the test?",
    "and if the rate changes during training?",
)
