"""Run mutmut, and print how many mutants of each module no test noticed: ``make mutants``.

mutmut leaves decorated functions out, for a decorator may do anything. ``HARMLESS`` ones do not mind, and behind them
stand the laws, their errors and the schedules: those functions are let in.
"""

import json
import sys
from pathlib import Path

import libcst as cst
from mutmut.__main__ import cli
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.stats import status_by_exit_code

HARMLESS = ("lru_cache", "np.errstate", "_says_its_call")
UNNOTICED = ("survived", "no tests")

_skips = MutationVisitor._skip_node_and_children


def skips(visitor: MutationVisitor, node: cst.CSTNode) -> bool:
    """Whether mutmut is to leave the node out: as it would, were there no harmless decorator."""
    if isinstance(node, cst.FunctionDef) and len(node.decorators) == 1:
        decorator = node.decorators[0].decorator
        if isinstance(decorator, cst.Call):
            decorator = decorator.func
        if cst.Module([]).code_for_node(decorator) in HARMLESS:
            node = node.with_changes(decorators=())
    return bool(_skips(visitor, node))


def table() -> str:
    """A row a module: its mutants, those decided, and those that no test noticed; then their names."""
    rows, names = [], []
    for file in sorted(Path("mutants").glob("dropviz/**/*.meta")):
        codes = json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"]
        decided = {name: status_by_exit_code[code] for name, code in codes.items() if code is not None}
        unnoticed = [name for name, status in decided.items() if status in UNNOTICED]
        names += unnoticed
        if decided:
            rows.append((file.name.removesuffix(".py.meta"), len(codes), len(decided), len(unnoticed)))
    rows.append(("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:])))
    lines = [f"{'module':20}{'mutants':>8}{'decided':>9}{'survive':>9}{'share':>8}"]
    lines += [
        f"{module:20}{mutants:8}{decided:9}{survive:9}{survive / decided:8.1%}"
        for module, mutants, decided, survive in rows
    ]
    return "\n".join([*lines, *names])


if __name__ == "__main__":
    MutationVisitor._skip_node_and_children = skips
    cli(["run", *sys.argv[1:]], standalone_mode=False)
    print(table())
