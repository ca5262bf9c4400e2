import re
from dataclasses import asdict
from pathlib import Path

import pytest

from dropviz.hall.limits import Buckets, Limits
from dropviz.hall.refusals import Refusal


def test_every_limit_is_a_setting():
    assert Limits.from_environment({}) == Limits()
    given = Limits.from_environment(
        {"DROPVIZ_HALL_ROOMS": " 7 ", "DROPVIZ_HALL_HOURS": "2", "DROPVIZ_HALL_PROXIES": "1"}
    )
    assert (given.rooms, given.hours, given.proxies, given.body) == (7, 2, 1, Limits().body)


def test_every_limit_is_written_down_with_its_default():
    text = (Path(__file__).parents[2] / "deploy" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \| ([\d, ]+) \|", text, re.MULTILINE)
    written = {"proxies": 0} if "DROPVIZ_HALL_PROXIES` | how many proxies stand in front (0)" in text else {}
    for names, defaults in rows:
        numbers = [int(one.replace(",", "")) for one in defaults.split(", ")]
        written |= dict(zip(re.findall(r"[a-z_]+", names.lower()), numbers, strict=True))
    assert written == asdict(Limits())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROOMS", "0"),
        ("ROOMS", "-1"),
        ("ROOMS", "many"),
        ("ROOMS", "1.5"),
        ("ROOMS", "9" * 30),
        ("ROOMS", "٣"),
        ("HOURS", "25"),
    ],
)
def test_a_setting_out_of_its_range_is_refused_with_its_name(name, value):
    with pytest.raises(
        ValueError, match=rf"DROPVIZ_HALL_{name} must be a whole number from 1 to [\d,]+; got '{value}'"
    ):
        Limits.from_environment({f"DROPVIZ_HALL_{name}": value})


def test_a_bucket_gives_a_burst_and_then_what_flows_back():
    now = [0.0]
    bucket = Buckets(2.0, 4.0, clock=lambda: now[0])
    for _ in range(4):
        bucket.take("a", "things")
    with pytest.raises(Refusal, match=r"Too many things; try again in 1 s\.") as refusal:
        bucket.take("a", "things")
    assert (refusal.value.status, refusal.value.retry_after) == (429, 1)
    bucket.take("b", "things")
    now[0] = 1.0
    for _ in range(2):
        bucket.take("a", "things")
    with pytest.raises(Refusal):
        bucket.take("a", "things")
    now[0] = 1000.0
    for _ in range(4):
        bucket.take("a", "things")
    with pytest.raises(Refusal):
        bucket.take("a", "things")


def test_an_address_that_is_refused_again_and_again_is_heard_as_soon_as_tokens_are_back():
    now = [0.0]
    bucket = Buckets(1.0, 1.0, clock=lambda: now[0])
    bucket.take("a", "things")
    for step in range(1, 10):
        now[0] = step / 10
        with pytest.raises(Refusal):
            bucket.take("a", "things")
    now[0] = 1.01
    bucket.take("a", "things")


def test_names_are_bounded_and_the_longest_unused_is_forgotten():
    bucket = Buckets(1.0, 1.0, most=2, clock=lambda: 0.0)
    bucket.take("a", "things")
    bucket.take("b", "things")
    with pytest.raises(Refusal):
        bucket.take("a", "things")
    bucket.take("c", "things")
    bucket.take("b", "things")  # forgotten
    assert len(bucket._left) == 2


def test_a_hall_of_a_thousand_behind_one_address_may_come_at_once():
    limits = Limits()
    joined = Buckets(limits.requests_per_address, 10.0 * limits.requests_per_address, clock=lambda: 0.0)
    for _ in range(1000 * 6):  # page, script, story, events, a vote, and one more
        joined.take("hall", "requests")
    assert min(limits.phones_per_address, limits.phones_per_room, limits.phones) >= 1000
