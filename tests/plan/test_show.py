from netgen.plan import show
from netgen.plan.model import Status
from netgen.record import replace
from tests.plan.test_file import DEVICE, PLAN

ABSENT = replace(
    DEVICE, device="leaf2", status=Status.EXPECTED_ABSENT, state="planned", diff=(), deletions=(), notes=()
)
AWAY = replace(ABSENT, device="leaf3", status=Status.UNREACHABLE, state="active", reason="unreachable", message="gone")
SAME = replace(ABSENT, device="leaf4", status=Status.UNCHANGED, state="active")
WHOLE = replace(PLAN, devices=(DEVICE, ABSENT, AWAY, SAME))


def test_one_line_says_it_all():
    assert show.summary(WHOLE) == (
        "toy: 1 unchanged, 1 different, 1 expected absent, 1 unreachable; 1 line to add, 1 to delete"
    )
    assert show.summary(replace(PLAN, devices=(SAME,))) == "toy: 1 unchanged"


def test_separators_are_not_counted():
    device = replace(DEVICE, diff=("@@ -1,3 +1 @@", "-!", "-a", "-   !", "-", "+#"))
    assert (device.added, device.removed) == (0, 1)


def test_the_table_has_the_devices_that_are_not_as_intended():
    assert show.rows(WHOLE) == [
        ("leaf1", "differs", "+1 -1", "deletes 1 line that nothing replaces"),
        ("leaf2", "expected-absent", "", "the inventory says planned"),
        ("leaf3", "unreachable", "", "gone"),
    ]


def test_the_diff_names_both_sides():
    assert show.diff_text(WHOLE) == ("=== leaf1\n--- running\n+++ intended\n@@ -1 +1 @@\n-a\n+b\n")
    own = replace(DEVICE, diff=("--- a/leaf1/x", "+++ b/leaf1/x", "+b"))
    assert show.diff_text(replace(PLAN, devices=(own,))) == "=== leaf1\n--- a/leaf1/x\n+++ b/leaf1/x\n+b\n"


def test_losses_and_notes_are_listed():
    assert show.losses(WHOLE) == [("leaf1", "router bgp 1 / a")]
    assert show.notes(WHOLE) == [("", "w"), ("leaf1", "a note")]
    twice = replace(PLAN, devices=(DEVICE, replace(DEVICE, device="leaf2")))
    assert show.notes(twice) == [("", "w"), ("leaf1, leaf2", "a note")]


def test_what_is_true_of_many_devices_is_told_once():
    two, three = replace(DEVICE, device="leaf2"), replace(DEVICE, device="leaf3")
    assert show.notes(replace(PLAN, devices=(DEVICE, two))) == [("", "w"), ("leaf1, leaf2", "a note")]
    assert show.losses(replace(PLAN, devices=(DEVICE, two, three))) == [("3 devices", "router bgp 1 / a")]
    own = replace(two, notes=("another",))
    assert show.notes(replace(PLAN, devices=(DEVICE, own, three)))[1:] == [
        ("leaf1, leaf3", "a note"),
        ("leaf2", "another"),
    ]


def test_data_for_programs_gives_nothing_to_test_guesses_against():
    data = show.to_data(WHOLE)
    assert data["counts"] == {"unchanged": 1, "differs": 1, "expected-absent": 1, "unreachable": 1}
    assert data["devices"][0]["diff"] == ["@@ -1 +1 @@", "-a", "+b"]
    assert PLAN.salt not in str(data)
    assert DEVICE.difference not in str(data)


def test_devices_that_differ_alike_share_one_diff():
    leaves = tuple(replace(WHOLE.devices[0], device=f"leaf{n}") for n in range(1, 12))
    text = show.diff_text(replace(WHOLE, devices=leaves))
    assert text.count("+b") == 1
    assert text.startswith("=== 11 devices alike: leaf1, leaf2, leaf3, leaf4, leaf5, leaf6, leaf7, leaf8, and 3 more\n")
