"""What comparisons of noises and studies show of themselves: curves over the rate."""

from collections.abc import Sequence

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row
from dropviz.numbers.estimate import Estimate
from dropviz.settings.noise import SHORT
from dropviz.simulation.noise_sweep import NoiseSweep
from dropviz.simulation.study import Study
from dropviz.theory.moments import PHASES

HEIGHT = 180  # pixels
COLORS = ("inverted", "standard", "other", "none", "both", "wrong_test", "title", "wrong_train")  # of depths
OF_NOISES = {"gaussian": "other", "additive": "none", "uniform": "both", "alpha": "wrong_test"}
MOST_PANELS = 12


def noises_live(found: NoiseSweep) -> LiveFigure:
    """Mean and variance of every noise, output − a, and the variance of its output in training, over the rate."""

    def lines(estimates: Estimate) -> list[Line]:
        return [
            Line(SHORT[name], OF_NOISES.get(name, name), estimates[at])
            for at, name in enumerate(found.config.noises)
        ]

    means, variances = lines(found.noise.estimates("mean")), lines(found.noise.estimates("variance"))
    biased = ", ".join(line.name for line in means if line.estimate.exact.any())
    titles = (
        f"Noise with a mean: {biased}" if biased else "Every noise here has mean 0",
        "The variance of each noise",
        "The variance of each output in training",
    )
    return _live(
        found.config.rates,
        [
            Curves(titles[0], "mean of output − a", means),
            Curves(titles[1], "variance of output − a", variances),
            Curves(titles[2], "variance in training", lines(found.train.estimates("variance"))),
        ],
    )


def study_live(study: Study, strategy: str = "") -> LiveFigure:
    """Exact variance in training ÷ at test over the rate: a panel a source and width, up to 12, a line a depth.

    ``strategy`` is the first of the study if not given.
    """
    chosen = strategy or study.config.strategies[0]
    if chosen not in study.config.strategies:
        raise ValueError(
            f"strategy must be one of {', '.join(study.config.strategies)}, those of the study; got {chosen!r}"
        )
    frame = study.to_frame()
    keys = ["source", "width", "depth", "rate"]
    wide = frame[frame["strategy"] == chosen].pivot(index=keys, columns="phase", values="exact_variance")
    train, test = (wide[phase].to_numpy(np.float64) for phase in PHASES)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = wide.assign(ratio=np.where(test > 0.0, train / test, np.nan))["ratio"]
    curves = [
        Curves(
            f"{chosen}, {source}, width {width}",
            "train/test variance",
            [
                Line(f"depth {depth}", color, Estimate(ratios.loc[source, width, depth].to_numpy()))
                for depth, color in zip(study.config.depths, COLORS, strict=False)
            ],
            log=True,
        )
        for source, width in frame[["source", "width"]].drop_duplicates().to_numpy().tolist()[:MOST_PANELS]
    ]
    return _live(study.config.rates, curves)


def _live(rates: Sequence[float], curves: Sequence[Curves]) -> LiveFigure:
    panels = over(np.asarray(rates), curves, HEIGHT)
    return LiveFigure(
        rows=[Row(panels[start : start + 2]) for start in range(0, len(panels), 2)],
        rates=tuple(rates),
        alt=f"Over the rate: {'; '.join(panel.title for panel in panels)}.",
    )
