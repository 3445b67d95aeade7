from netgen.plan.deletions import Deletion, find_deletions

DIFF = """\
@@ -1,9 +1,7 @@
 hostname leaf1
-ntp server vrf MGMT 10.0.0.1
+ntp server vrf MGMT 10.0.0.2
-snmp-server location here
 interface Ethernet1/1
-   description old words
+   description new
-   load-interval 30
@@ -40,3 +38,2 @@
 router bgp 65001
-   neighbor 10.9.9.9 remote-as 1
-   neighbor 10.9.9.9 description x
+   neighbor 10.1.1.1 remote-as 2
-!
-   ! a comment
""".splitlines()


def test_only_what_nothing_replaces_is_deleted():
    assert find_deletions(DIFF, None) == (
        Deletion((), "snmp-server location here", None),
        Deletion(("interface Ethernet1/1",), "load-interval 30", None),
        Deletion(("router bgp 65001",), "neighbor 10.9.9.9 remote-as 1", None),
        Deletion(("router bgp 65001",), "neighbor 10.9.9.9 description x", None),
    )


def test_netgens_own_lines_are_told_from_others():
    last = frozenset({"load-interval 30", "hostname leaf1"})
    assert {each.line: each.was_rendered for each in find_deletions(DIFF, last)} == {
        "snmp-server location here": False,
        "load-interval 30": True,
        "neighbor 10.9.9.9 remote-as 1": False,
        "neighbor 10.9.9.9 description x": False,
    }


def test_lines_that_say_the_default_are_no_loss():
    assert [each.line for each in find_deletions(DIFF, None, {"load-interval 30"})] == [
        "snmp-server location here",
        "neighbor 10.9.9.9 remote-as 1",
        "neighbor 10.9.9.9 description x",
    ]


def test_headings_of_files_are_no_lines():
    diff = ["--- interfaces (on the device)", "+++ interfaces (candidate)", "-auto eth9"]
    assert find_deletions(diff, None) == (Deletion((), "auto eth9", None),)
