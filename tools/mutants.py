"""Run mutmut, and print how many mutants of each module no test noticed: ``make mutants``.

mutmut leaves decorated functions out, for a decorator may do anything. ``lru_cache`` and ``np.errstate`` do not mind,
and behind them stand the laws and their errors: those functions are let in.
"""

import json
import sys
from pathlib import Path

import libcst as cst
from mutmut.__main__ import cli
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.stats import status_by_exit_code

HARMLESS = ("lru_cache", "np.errstate")
UNNOTICED = ("survived", "no tests")

_skips = MutationVisitor._skip_node_and_children


def skips(visitor: MutationVisitor, node: cst.CSTNode) -> bool:
    """Whether mutmut is to leave the node out: as it would, were there no harmless decorator."""
    if isinstance(node, cst.FunctionDef) and len(node.decorators) == 1:
        decorator = node.decorators[0].decorator
        if isinstance(decorator, cst.Call) and cst.Module([]).code_for_node(decorator.func) in HARMLESS:
            node = node.with_changes(decorators=())
    return bool(_skips(visitor, node))


def table() -> str:
    """A row a module: its mutants, those decided, and those that no test noticed; then their names."""
    counts, names = [("all", 0, 0, 0)], []
    for file in sorted(Path("mutants").glob("dropviz/**/*.meta")):
        states = {
            name: status_by_exit_code[code]
            for name, code in json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items()
        }
        unnoticed = [name for name, state in states.items() if state in UNNOTICED]
        decided = len(states) - list(states.values()).count("not checked")
        if states:
            names += unnoticed
            counts.append((file.name.removesuffix(".py.meta"), len(states), decided, len(unnoticed)))
    counts[0] = ("all", *(sum(row[column] for row in counts) for column in (1, 2, 3)))
    rows = [f"{'module':20}{'mutants':>8}{'decided':>9}{'survive':>9}{'share':>8}"]
    for module, mutants, decided, survive in (*counts[1:], counts[0]):
        share = f"{survive / decided:.1%}" if decided else "–"
        rows.append(f"{module:20}{mutants:8}{decided:9}{survive:9}{share:>8}")
    return "\n".join([*rows, *names])


if __name__ == "__main__":
    MutationVisitor._skip_node_and_children = skips
    cli(["run", *sys.argv[1:]], standalone_mode=False)
    print(table())
