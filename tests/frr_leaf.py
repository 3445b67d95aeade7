"""What a leaf of real FRR is given in the tests of its driver, and questions to it."""

FRR = """\
frr version 8.4.4
frr defaults datacenter
hostname leaf1
log syslog informational
!
router bgp 4200000101
 bgp router-id 10.255.0.1
 no bgp default ipv4-unicast
 bgp bestpath as-path multipath-relax
 neighbor SPINES peer-group
 neighbor SPINES remote-as external
 neighbor SPINES bfd
 neighbor swp1 interface peer-group SPINES
 neighbor swp1 description spine1:swp1
 !
 address-family ipv4 unicast
  redistribute connected route-map CONNECTED
  neighbor SPINES activate
  maximum-paths 64
 exit-address-family
exit
!
ip prefix-list LOOPBACKS seq 5 permit 10.255.0.0/16 ge 32
!
route-map CONNECTED permit 10
 match ip address prefix-list LOOPBACKS
exit
!
end
"""
INTERFACES = """\
auto lo
iface lo inet loopback
    address 10.255.0.1/32

auto swp1
iface swp1
    alias spine1:swp1
    mtu 9216

auto swp2
iface swp2

auto swp3
iface swp3
    address 10.1.0.0/31
    mtu 9000
"""
SYSCTL = """\
# A router.
net.ipv4.ip_forward = 1
net.ipv6.conf.all.forwarding = 1
net.ipv4.fib_multipath_hash_policy = 1
"""
FILES = {"frr.conf": FRR, "interfaces": INTERFACES, "sysctl.conf": SYSCTL}
CHANGED = {**FILES, "interfaces": INTERFACES.replace("mtu 9000", "mtu 8000"), "frr.conf": FRR.replace("64", "32")}
SAVED = ("/etc/frr/frr.conf", "/etc/network/interfaces", "/etc/sysctl.d/90-netgen.conf")


def shell(driver, command):
    return driver._ask("/bin/sh", "-c", command)


def configure(driver, *lines):
    driver._ask("vtysh", *(word for line in ("configure terminal", *lines) for word in ("-c", line)))


def saved(driver):
    return [shell(driver, f"cat {path}") for path in SAVED]


def running(driver):
    return driver.get_config("running")["running"] + shell(
        driver, "ip -o address show scope global; ip -o link show; sysctl net.ipv4.ip_forward"
    )


def changed_lines(diff):
    return [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
