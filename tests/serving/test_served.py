import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
resource = pytest.importorskip("resource")


@pytest.mark.parametrize(("soft", "hard", "wanted"), [(256, 2048, 2048), (2048, 2048, 2048)])
def test_the_soft_limit_of_open_files_is_raised_to_the_hard_one(soft, hard, wanted):
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from dropviz.serving.served import allow_many_files
allow_many_files()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == [str(wanted), str(hard)]


def test_streamlit_finds_the_app_and_uvicorn_can_import_it():
    code = """
from pathlib import Path
from streamlit.web.server.app_discovery import discover_asgi_app
import app, streamlit
print(discover_asgi_app(Path("app.py")).import_string, type(app.app) is streamlit.App, app.app.script_path)
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split()[:2] == ["app:app", "True"]
    script = Path(run.stdout.split()[2])
    assert script.is_file()
    # Else the first visitor of a fresh server who opens /story would be shown that file, and nothing of ours.
    assert not (script.parent / "pages").exists()
