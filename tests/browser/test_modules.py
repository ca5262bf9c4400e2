"""The scripts as a browser takes them: each file as a module of its own, and each entry as one script."""

import re

from dropviz.live.modules import HERE, inlined

ENTRIES = (
    "explorer.js", "story.js", "growing.js", "said.js", "code.js", "figure.js", "scenes.js", "site.js", "hall.js",
)  # fmt: skip
EXPORTED = re.compile(r"^export (?:async )?(?:const |let |function )?(\w+)", re.MULTILINE)
NAMES = """async (paths) => {
  const found = {};
  for (const path of paths) found[path] = Object.keys(await import(path));
  return found;
}"""


def test_every_script_can_be_imported(page, app_url):
    files = {f"/modules/{path.name}": path.read_text(encoding="utf-8") for path in HERE.glob("*.js")}
    whole = {f"/inlined/{entry}": inlined(entry) for entry in ENTRIES}
    scripts = files | whole | {"/bare": ""}

    def serve(route):
        kind = "text/html" if route.request.url.endswith("/bare") else "text/javascript"
        route.fulfill(body=scripts[route.request.url.removeprefix(app_url)], content_type=kind)

    for path in scripts:
        page.route(app_url + path, serve)
    page.goto(f"{app_url}/bare")
    found = page.evaluate(NAMES, sorted(files | whole))
    for path, source in files.items():
        assert found[path] == sorted(EXPORTED.findall(source))
    assert found["/modules/figure.js"] == ["mount"]
    assert [found[f"/inlined/{entry}"] for entry in ENTRIES] == [["default"]] * 5 + [[]] * 4
