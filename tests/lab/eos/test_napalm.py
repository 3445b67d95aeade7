"""The simulated switches as the real NAPALM and the real pyeapi see them, over TLS."""

import errno
import http.client
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor

import pyeapi
import pytest
from napalm.base.exceptions import CommitError, ReplaceConfigException, SessionLockedException

from netgen.lab.eos.faults import Fault
from netgen.record import replace

pytestmark = pytest.mark.slow

E1, E5 = "Ethernet1/1", "Ethernet1/5"


def apply(running, name: str, text: str) -> None:
    device = running.open(name)
    device.load_replace_candidate(config=text)
    device.commit_config(revert_in=60)
    device.confirm_commit()
    device.close()


def wait_until(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def connected(address: tuple[str, int]) -> int:
    """Return what the kernel says to who connects: 0, or why not."""
    with socket.socket() as client:
        return client.connect_ex(address)


def seen_from_outside(running, name: str) -> list[int]:
    """Note at every change of the lab from now on what who connects to a switch is told.

    The server follows the change before this does, so that nothing depends on when the test looks.
    """
    seen: list[int] = []
    running.server.fabric.on_change(lambda: seen.append(connected(running.addresses[name])))
    return seen


@pytest.fixture
def leaf1(running, configure):
    apply(running, "leaf1", configure("leaf1"))
    device = running.open("leaf1")
    yield device
    device.config_session = None


@pytest.fixture
def applied(running, configure):
    for name in running.addresses:
        apply(running, name, configure(name))
    return running


def test_load_compare_commit_confirm_and_nothing_left_to_do(running, configure):
    device = running.open("leaf1")
    device.load_replace_candidate(config=configure("leaf1"))
    diff = device.compare_config()
    assert "+router bgp 4200000001" in diff.splitlines()
    assert diff.startswith("@@")
    device.commit_config(revert_in=60)
    assert device.has_pending_commit()
    device.confirm_commit()
    assert not device.has_pending_commit()
    device.load_replace_candidate(config=configure("leaf1"))
    assert device.compare_config() == ""
    device.close()


def test_the_running_configuration_is_as_it_was_written_with_every_port_shown(leaf1, configure):
    config = leaf1.get_config()
    body = config["running"].splitlines()
    assert body[:2] == ["! Command: show running-config", "! device: leaf1 (DCS-7060X6-64PE-F, EOS-4.32.2F)"]
    assert body[-1] == "end"
    written = configure("leaf1").splitlines()
    written[written.index("interface Ethernet10/1") : written.index("interface Ethernet10/1")] = [
        "interface Ethernet2/1",
        "!",
    ]
    assert body[2:-1] == written
    assert config["startup"].splitlines()[2:] == config["running"].splitlines()[2:]


def test_a_line_typed_by_hand_is_the_only_line_of_the_next_diff(running, leaf1, configure):
    running.server.fabric.drift("leaf1", ["snmp-server location somewhere"])
    leaf1.load_replace_candidate(config=configure("leaf1"))
    changed = [line for line in leaf1.compare_config().splitlines() if line[0] in "+-"]
    assert changed == ["-!", "-snmp-server location somewhere"]
    leaf1.discard_config()


def test_a_refused_line_is_named_and_nothing_is_left_behind(leaf1):
    with pytest.raises(ReplaceConfigException, match=r"'mtu 9999' failed: invalid command.*Invalid input \(at token 1"):
        leaf1.load_replace_candidate(config="hostname x\ninterface Ethernet1/1\n   mtu 9999\n")
    assert leaf1.device.run_commands("show configuration sessions")[0]["sessions"].keys().isdisjoint({"napalm"})
    leaf1.load_merge_candidate(config="hostname y")
    assert "+hostname y" in leaf1.compare_config()
    leaf1.discard_config()


def test_an_error_has_the_shape_of_eapi(leaf1):
    with pytest.raises(pyeapi.eapilib.CommandError) as refused:
        leaf1.device.run_commands(["show version", "show nonsense"])
    assert refused.value.error_code == 1002
    assert refused.value.error_text == "CLI command 3 of 3 'show nonsense' failed: invalid command"
    assert refused.value.output[0] == {}
    assert refused.value.output[1]["modelName"] == "DCS-7060X6-64PE-F"
    assert refused.value.output[2] == {"errors": ["Invalid input (at token 1: 'nonsense')"]}


@pytest.mark.parametrize("os_version", ["4.31.1F", "4.32.2F"])
def test_an_unconfirmed_commit_undoes_itself_without_any_client(serve_lab, spec, configure, os_version):
    nodes = tuple(replace(node, os_version=os_version) if node.kind == "eos" else node for node in spec.nodes)
    running = serve_lab(replace(spec, nodes=nodes))
    device = running.open("leaf1")
    device.load_replace_candidate(config=configure("leaf1"))
    device.commit_config(revert_in=600)
    pending = device._get_pending_commits()
    assert list(pending) == [device.config_session]
    assert 0 < pending[device.config_session] <= 600
    assert running.server.fabric.view("leaf1").bgp is not None
    device.rollback()
    device.load_replace_candidate(config=configure("leaf1"))
    device.commit_config(revert_in=1)
    # the view is read without touching the fabric, so that only the server's own alarm can have fired the timer
    switch = running.server.fabric._switches["leaf1"]
    wait_until(lambda: switch.device.timer is None)
    assert not device.has_pending_commit()
    assert running.server.fabric.view("leaf1").bgp is None
    device.config_session = None


def test_closing_the_driver_aborts_a_timed_commit(running, leaf1):
    leaf1.load_merge_candidate(config="hostname timed")
    leaf1.commit_config(revert_in=60)
    leaf1.close()
    assert "hostname leaf1" in running.server.fabric.running("leaf1")


def test_another_process_confirms_by_the_name_of_the_session(running, leaf1):
    leaf1.load_merge_candidate(config="hostname timed")
    leaf1.commit_config(revert_in=60)
    other = running.open("leaf1")
    with pytest.raises(CommitError):
        other.confirm_commit()
    other.config_session, leaf1.config_session = leaf1.config_session, None
    other.confirm_commit()
    assert "hostname timed" in running.server.fabric.running("leaf1")


def test_rollback_restores_what_was_saved_not_what_ran(running, leaf1):
    running.server.fabric.drift("leaf1", ["snmp-server location unsaved"])
    leaf1.load_merge_candidate(config="hostname changed")
    leaf1.commit_config()
    leaf1.rollback()
    shown = running.server.fabric.running("leaf1")
    assert "hostname leaf1" in shown
    assert "unsaved" not in shown


def test_rollback_of_a_timed_commit_restores_what_ran(running, leaf1):
    running.server.fabric.drift("leaf1", ["snmp-server location unsaved"])
    leaf1.load_merge_candidate(config="hostname changed")
    leaf1.commit_config(revert_in=60)
    leaf1.rollback()
    assert "unsaved" in running.server.fabric.running("leaf1")


def test_a_pending_session_of_somebody_else_locks(running, leaf1, monkeypatch):
    monkeypatch.setattr(type(leaf1), "_obtain_lock", lambda self, wait_time=None: self._lock())
    running.server.fabric.set_fault("leaf1", Fault.HELD_LOCK)
    with pytest.raises(SessionLockedException):
        leaf1.load_replace_candidate(config="hostname x")
    leaf1.config_session = None
    running.server.fabric.clear_fault("leaf1", Fault.HELD_LOCK)
    leaf1.load_replace_candidate(config="hostname x")
    leaf1.discard_config()


def test_a_banner_and_a_mode_comment_travel(leaf1):
    text = "hostname leaf1\nbanner login\nAuthorised\n  only!\nEOF\ninterface Ethernet1/1\n   !! rail 1\n   mtu 9000\n"
    leaf1.load_merge_candidate(config=text)
    diff = leaf1.compare_config().splitlines()
    assert "+Authorised" in diff
    assert "+   !! rail 1" in diff
    leaf1.discard_config()


def test_getters(applied):
    device = applied.open("leaf1")
    facts = device.get_facts()
    assert (facts["hostname"], facts["serial_number"], facts["vendor"]) == ("leaf1", "SN-leaf1", "Arista")
    assert facts["os_version"].startswith("4.32.2F")
    assert facts["interface_list"][:3] == [E1, E5, "Ethernet2/1"]
    ports = device.get_interfaces()
    assert (ports[E1]["is_up"], ports[E1]["mtu"], ports[E1]["speed"]) == (True, 9214, 400_000.0)
    assert (ports["Ethernet2/1"]["is_up"], ports["Ethernet2/1"]["is_enabled"]) == (False, True)
    assert device.get_lldp_neighbors()[E1] == [{"hostname": "spine1", "port": E1}]
    detail = device.get_lldp_neighbors_detail()[E5][0]
    assert (detail["remote_system_name"], detail["remote_port"]) == ("spine2", E1)
    assert list(device.get_lldp_neighbors_detail(E1)) == [E1]
    bgp = device.get_bgp_neighbors()["global"]
    assert bgp["router_id"] == "10.255.0.1"
    peers = {name.partition("%")[2]: peer for name, peer in bgp["peers"].items()}
    assert peers.keys() == {"Et1/1", "Et1/5"}
    assert all(peer["is_up"] and peer["remote_as"] == 4200000100 for peer in peers.values())
    assert peers["Et1/1"]["address_family"]["ipv4"] == {
        "received_prefixes": 3,
        "accepted_prefixes": 3,
        "sent_prefixes": 2,
    }
    routes = device.device.run_commands("show ip route")[0]["vrfs"]["default"]["routes"]
    assert [via["interface"] for via in routes["10.1.2.0/24"]["vias"]] == [E1, E5]
    assert device.get_network_instances()["MGMT"]["interfaces"]["interface"] == {"Management1": {}}
    assert device.get_interfaces_ip()["Loopback0"]["ipv4"] == {"10.255.0.1": {"prefix_length": 32}}
    assert device.get_bgp_config()["FABRIC"]["export_policy"] == "RM-OWN"
    device.close()


def test_secrets_are_hidden_when_asked(leaf1):
    shown = leaf1.get_config(retrieve="running", sanitized=True)["running"]
    assert "$6$" not in shown
    assert "username netops" in shown


def test_bad_credentials_are_refused(running):
    with pytest.raises(pyeapi.eapilib.ConnectionError, match="Unauthorized"):
        running.open("leaf1", password="wrong")


def test_a_client_that_verifies_refuses_a_stranger(running):
    with pytest.raises(pyeapi.eapilib.ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        running.open("leaf1", context=ssl.create_default_context())


def test_one_switchs_certificate_does_not_serve_for_another(running):
    context = ssl.create_default_context(cafile=running.server.ca_file)
    host, port = running.addresses["leaf1"]
    with (
        socket.create_connection((host, port), timeout=60) as raw,
        pytest.raises(ssl.SSLCertVerificationError, match="mismatch"),
    ):
        context.wrap_socket(raw, server_hostname=running.addresses["leaf2"][0])


def test_an_unreachable_switch_refuses_connections_until_it_is_back(running):
    fabric = running.server.fabric
    fabric.set_fault("leaf1", Fault.UNREACHABLE)
    with pytest.raises(pyeapi.eapilib.ConnectionError, match="refused"):
        running.open("leaf1")
    fabric.clear_fault("leaf1", Fault.UNREACHABLE)
    running.open("leaf1").close()


def test_a_silent_switch_takes_connections_and_does_not_answer(running):
    running.server.fabric.set_fault("leaf1", Fault.SILENT)
    with pytest.raises(pyeapi.eapilib.ConnectionError, match="timed out"):
        running.open("leaf1", timeout_s=0.5)


def test_a_commit_that_cuts_the_management_is_undone_by_the_timer(running, leaf1):
    leaf1.load_merge_candidate(config="interface Management1\n   shutdown")
    seen = seen_from_outside(running, "leaf1")
    leaf1.commit_config(revert_in=1)
    leaf1.config_session = None
    wait_until(lambda: len(seen) == 2)
    assert seen == [errno.ECONNREFUSED, 0]
    running.open("leaf1").close()


def test_management_lost_by_a_fault_is_restored_by_the_timer(running, leaf1):
    running.server.fabric.set_fault("leaf1", Fault.LOSE_MANAGEMENT_ON_COMMIT)
    leaf1.load_merge_candidate(config="hostname cut-off")
    seen = seen_from_outside(running, "leaf1")
    leaf1.commit_config(revert_in=1)
    leaf1.config_session = None
    wait_until(lambda: len(seen) == 2)
    assert seen == [errno.ECONNREFUSED, 0]
    assert running.open("leaf1").get_facts()["hostname"] == "leaf1"


@pytest.mark.parametrize("fault", [Fault.HANG_AFTER_COMMIT, Fault.DROP_AFTER_COMMIT])
def test_a_commit_whose_answer_is_lost_was_done_all_the_same(running, leaf1, fault, monkeypatch):
    running.server.fabric.set_fault("leaf1", fault)
    impatient = running.open("leaf1")
    impatient.load_merge_candidate(config="hostname done")
    run, transport = impatient._run_commands, impatient.device.connection.transport
    answer = transport.getresponse

    def give_up_once_it_is_done():
        wait_until(lambda: "hostname done" in running.server.fabric.running("leaf1"))
        transport.sock.settimeout(0.5)
        return answer()

    def lose_the_answer(commands, **options):
        if "commit timer" in commands[-1]:
            monkeypatch.setattr(transport, "getresponse", give_up_once_it_is_done)
        return run(commands, **options)

    monkeypatch.setattr(impatient, "_run_commands", lose_the_answer)
    with pytest.raises(pyeapi.eapilib.ConnectionError):
        impatient.commit_config(revert_in=60)
    assert running.open("leaf1").get_facts()["hostname"] == "done"
    impatient.config_session = None


def test_a_swapped_box_says_another_serial_number(running):
    running.server.fabric.set_serial("leaf1", "SN-other")
    assert running.open("leaf1").get_facts()["serial_number"] == "SN-other"
    running.server.fabric.set_serial("leaf1")
    assert running.open("leaf1").get_facts()["serial_number"] == "SN-leaf1"


def test_many_clients_at_once(running):
    def facts(_: int) -> str:
        device = running.open("leaf1", timeout_s=60)
        return device.get_facts()["hostname"]

    with ThreadPoolExecutor(50) as pool:
        assert set(pool.map(facts, range(100))) == {"leaf1"}


def test_only_the_path_of_the_api_answers(running):
    host, port = running.addresses["leaf1"]
    context = ssl.create_default_context(cafile=running.server.ca_file)
    connection = http.client.HTTPSConnection(host, port, context=context, timeout=60)
    connection.request("GET", "/", headers={"Authorization": "Basic bmV0b3BzOnNlY3JldC0x"})
    assert connection.getresponse().status == 404


def test_stopping_frees_the_addresses(serve_lab, spec):
    running = serve_lab(spec)
    running.server.stop()
    with pytest.raises(pyeapi.eapilib.ConnectionError, match="refused"):
        running.open("leaf1", context=ssl.create_default_context())
    running.server.stop()


def test_keys_are_readable_by_their_owner_only(running):
    folder = running.server.ca_file.parent
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in folder.glob("leaf*.pem")} == {
        "leaf1.pem": "0o600",
        "leaf2.pem": "0o600",
    }
