"""Paths that are dropped whole, by an if: their mean output must be the same in both modes."""

import math
from collections.abc import Iterator, Mapping, Sequence

from dropviz.frameworks.findings import CHANGES, Finding, Place, wrong_scale
from dropviz.frameworks.passes import Passes, branches
from dropviz.frameworks.scales import Mean, agree, own
from dropviz.numbers.written import plain, with_error


def of_branches(
    kinds: Mapping[str, str], seen: Passes, declared: Sequence[str] | None, hints: Mapping[str, str]
) -> Iterator[Finding]:
    """What is wrong with paths that are skipped at random; arguments as of `findings_of`."""
    passes, shares = len(seen.training), branches(seen.training)
    for path in sorted(shares, key=list(kinds).index):
        place, share = Place(path, kinds[path], "", "a path that is skipped at random"), shares[path]
        at_test = [path in each.called for each in seen.evaluated]
        if any(at_test) and not all(at_test) and not place.among(declared):
            yield Finding(
                "left_on", "error", str(place), f"{at_test.count(False)} of {len(at_test)} passes in evaluation",
                f"Paths are skipped in evaluation too: {hints['']}.",
            )  # fmt: skip
        if not all(at_test):
            continue
        lines = [each.branch.get(path, {}) for each in seen.training if path in each.called]
        behind = seen.evaluated[0].branch.get(path, {})
        train, test = own(lines[0], behind), own(behind, lines[0])
        error = math.sqrt(share * (1.0 - share) / passes) * train
        mean = Mean(share * train, error, train, passes)
        if agree(mean.value, test, mean.error_with(1.0, test), share):
            continue
        whole = all(
            path in each.handed for each in seen.evaluated
        )  # what is left out is no branch beside another
        yield wrong_scale(
            place, with_error(mean.value, error), plain(test),
            CHANGES["skipped"] if whole else CHANGES["wrong_scale"], "warning" if whole else "error",
        )  # fmt: skip
