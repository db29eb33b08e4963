"""The architecture is a test like any other; the contracts it reads are in ``setup.cfg``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ASK_AND_ANSWER = """
import json, sys
from pathlib import Path
from survey_app import create_app
from survey_app.config import Config

app = create_app(
    Config(home=Path(sys.argv[1]), database_url=sys.argv[2], testing=True), surface="respond"
)
client = app.test_client()
page = client.get("/p/BT20/CX4/X01")
state = client.post("/p/state", data={"code": sys.argv[3], "campaign": "BT20", "rule": "CX4",
                                      "unit": "X01"})
print(json.dumps({"page": page.status_code, "state": state.status_code,
                  "heavy": sorted({"pandas", "scipy", "matplotlib", "docx"} & set(sys.modules))}))
"""


def test_every_room_knows_only_the_rooms_below_it():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


def test_a_respondents_worker_carries_no_pandas_scipy_matplotlib_or_docx(make_campaign, config):
    campaign = make_campaign()

    done = subprocess.run(
        [sys.executable, "-c", ASK_AND_ANSWER, config.home, config.database_url, "1234"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert campaign.short_code == "BT20"
    assert seen["heavy"] == []
    assert seen["page"] == 200
    assert seen["state"] in (200, 400)
