"""From what frr-reload.py would do to a diff that people read."""

from netgen.session.drivers.diff_frr import find_change, frr_diff, parse_config, parse_remains

RUNNING = """\
frr version 8.4.4
frr defaults datacenter
hostname leaf1
!
router bgp 65101
 bgp router-id 10.255.0.1
 neighbor SPINES peer-group
 neighbor swp1 interface peer-group SPINES
 neighbor swp1 description spine1:swp1
 neighbor swp2 interface peer-group SPINES
 neighbor swp2 description spine2:swp1
 !
 address-family ipv4 unicast
  neighbor SPINES activate
  neighbor SPINES route-map OLD out
  maximum-paths 64
 exit-address-family
exit
!
ip prefix-list PL seq 5 permit 10.255.0.0/16 ge 32
!
"""
BGP = "router bgp 65101"
FAMILY = "address-family ipv4 unicast"


def deleted(*entries):
    return "\nLines To Delete\n===============\n" + "".join(f"{entry}\n" for entry in entries)


def added(*entries):
    return "\nLines To Add\n============\n" + "".join(f"{entry}\n" for entry in entries)


def diff(candidate, remains, **parts):
    return frr_diff(candidate, {"running": RUNNING, "remains": remains, **parts}).splitlines()[2:]


def test_a_configuration_is_a_list_of_paths():
    paths = parse_config(RUNNING)
    assert paths[3:5] == [(BGP,), (BGP, "bgp router-id 10.255.0.1")]
    assert (BGP, FAMILY, "maximum-paths 64") in paths
    assert paths[-1] == ("ip prefix-list PL seq 5 permit 10.255.0.0/16 ge 32",)


def test_an_entry_of_the_tool_is_one_path():
    text = deleted(f"{BGP}\n no neighbor swp1 x", f"{BGP}\n bgp default ipv4-unicast") + added(
        f"{BGP}\n {FAMILY}\n  maximum-paths 8", "bfd"
    )
    assert parse_remains(text) == (
        [(BGP, "neighbor swp1 x"), (BGP, "no bgp default ipv4-unicast")],
        [(BGP, FAMILY, "maximum-paths 8"), ("bfd",)],
    )


def test_where_the_tool_would_do_nothing_nothing_differs():
    assert diff(RUNNING.replace("ip prefix-list PL seq 5", "ip prefix-list PL"), "") == []


def test_one_value_for_another_stands_at_its_place():
    remains = deleted(f"{BGP}\n {FAMILY}\n  no maximum-paths 64") + added(f"{BGP}\n {FAMILY}\n  maximum-paths 8")
    assert diff(RUNNING.replace("64", "8"), remains) == [
        f" {BGP}",
        f"  {FAMILY}",
        "-  maximum-paths 64",
        "+  maximum-paths 8",
    ]


def test_a_neighbour_takes_its_lines_along():
    candidate = RUNNING.replace(
        " neighbor swp2 interface peer-group SPINES\n neighbor swp2 description spine2:swp1\n", ""
    )
    remains = deleted(f"{BGP}\n no neighbor swp2 interface peer-group SPINES")
    assert diff(candidate, remains) == [
        f" {BGP}",
        "- neighbor swp2 interface peer-group SPINES",
        "- neighbor swp2 description spine2:swp1",
    ]


def test_a_value_that_is_replaced_without_a_delete_is_shown_as_gone():
    remains = added(f"{BGP}\n {FAMILY}\n  neighbor SPINES route-map NEW out")
    assert diff(RUNNING.replace("OLD", "NEW"), remains) == [
        f" {BGP}",
        f"  {FAMILY}",
        "-  neighbor SPINES route-map OLD out",
        "+  neighbor SPINES route-map NEW out",
    ]


def test_a_deleted_context_is_shown_whole():
    remains = deleted(f"no {BGP}") + added("router bgp 65102", "router bgp 65102\n bgp router-id 10.255.0.1")
    head, *_, tail = RUNNING.split("!\n")[:-1]
    candidate = f"{head}!\nrouter bgp 65102\n bgp router-id 10.255.0.1\nexit\n!\n{tail}!\n"
    lines = diff(candidate, remains)
    assert [line for line in lines if line[0] == "+"] == ["+router bgp 65102", "+ bgp router-id 10.255.0.1"]
    assert [line[1:] for line in lines if line[0] == "-"] == [
        line for line in RUNNING.splitlines()[4:17] if line.strip() not in {"!", "exit-address-family"}
    ]


def test_lists_are_deleted_among_the_lines_to_add():
    candidate = RUNNING.replace("ip prefix-list PL seq 5 permit 10.255.0.0/16 ge 32\n", "")
    remains = added("no ip prefix-list PL seq 5 permit 10.255.0.0/16 ge 32")
    assert diff(candidate, remains) == ["-ip prefix-list PL seq 5 permit 10.255.0.0/16 ge 32"]


def test_a_line_that_begins_with_no_is_added_as_it_is():
    remains = added(f"{BGP}\n no bgp default ipv4-unicast")
    candidate = RUNNING.replace(
        " neighbor SPINES peer-group\n", " no bgp default ipv4-unicast\n neighbor SPINES peer-group\n"
    )
    assert diff(candidate, remains) == [f" {BGP}", "+ no bgp default ipv4-unicast"]


def test_what_the_tool_says_in_other_words_is_shown_all_the_same():
    change = find_change(parse_config(RUNNING), parse_config(RUNNING), added("ip route 10.0.0.0/8 Null0"))
    assert change.added == {("ip route 10.0.0.0/8 Null0",)}
    assert diff(RUNNING, added("ip route 10.0.0.0/8 Null0")) == ["+ip route 10.0.0.0/8 Null0"]


def test_what_is_loaded_but_not_saved_shows_when_nothing_else_does():
    base = RUNNING.replace("  maximum-paths 64\n", "") + "ip route 10.0.0.0/8 Null0\n"
    assert diff(RUNNING, "", base=base) == [
        f" {BGP}",
        f"  {FAMILY}",
        "+  maximum-paths 64",
        "-ip route 10.0.0.0/8 Null0",
    ]
    assert diff(RUNNING, "", base="!\n" + RUNNING + "line vty\n!\n") == []
