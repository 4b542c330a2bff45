"""Every fault of a profile is told at its line, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.profiles.profile_set import ProfileSet
from omc.core.errors import ConfigurationError
from tests.replayed_device import shipped_catalogue, shipped_profiles

GENERIC = "name: generic\ntitle: Any\nevidence: mib\n"
HEAD = "name: box\ntitle: A box\nevidence: mib\n"


def problems_of(folder: Path, box: str, **others: str) -> list[str]:
    files = {"generic": GENERIC, "box": box, **others}
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        ProfileSet.load([folder], shipped_catalogue())
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def scalar(rule: str) -> str:
    return f"{HEAD}scalars:\n  - {{{rule}}}\n"


def table(rest: str, index: str = "[if_index]") -> str:
    return f"{HEAD}tables:\n  - name: ports\n    index: {index}\n{rest}"


UP_TIME = "metric: device_uptime_seconds"
TEXT = '    texts: {name: {column: 1.3.6.1.2.1.31.1.1.1.1}}\n    labels: {interface: "{name}"}\n'


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (
            scalar("oid: 1.3.6.1.9.0, metric: device_uptime_second"),
            (
                "box.yaml:5:32: the catalogue has no metric 'device_uptime_second';"
                " did you mean 'device_uptime_seconds'?"
            ),
        ),
        (
            scalar(f"oid: 1.3.6.1.9.0, {UP_TIME}, labels: {{board: a}}"),
            "box.yaml:5:71: device_uptime_seconds cannot carry the label 'board'; allowed: none",
        ),
        (
            table(TEXT + "    metrics:\n      - {oid: 1.3.6.1.9, metric: fan_speed_rpm}\n"),
            "box.yaml:10:34: fan_speed_rpm cannot carry the label 'interface'; allowed: sensor",
        ),
        (
            scalar(UP_TIME),
            "box.yaml:5:5: the key 'oid' is missing: device_uptime_seconds needs a value",
        ),
        (
            scalar("oid: 1.3.6.1.9.0, metric: device_info"),
            "box.yaml:5:11: device_info is an info metric: it has no oid",
        ),
        (scalar("oid: 1.3.6.1.9.0"), "box.yaml:5:5: say exactly one of metric or choose"),
        (
            scalar(
                f"oid: 1.3.6.1.9.0, {UP_TIME},"
                " valid_if: {column: 1.3.6.1.8, by: [x], via: 1.3.6.1.7, equals: 1}"
            ),
            "box.yaml:5:55: say which row either with 'by' or with 'via'",
        ),
        (
            scalar(f"oid: ifIndex, {UP_TIME}"),
            "box.yaml:5:11: oid: found 'ifIndex'; string should match pattern '^[0-2](\\.\\d+)+$'",
        ),
        (
            scalar(f"oid: 1.3.6.1.9.0, {UP_TIME}, scale: 2"),
            (
                "box.yaml:5:55: the key 'scale' is not known here; allowed: choose, decode,"
                " evidence, group, labels, metric, object, oid, sentinels, valid, valid_if"
            ),
        ),
        (
            scalar(f"oid: 1.3.6.1.9.0, {UP_TIME}, group: hourly"),
            "box.yaml:5:62: group: found 'hourly'; expected 'fast', 'normal' or 'slow'",
        ),
        (
            scalar(f"oid: 1.3.6.1.9.0, {UP_TIME}, sentinels: {{-1: gone}}"),
            (
                "box.yaml:5:71: sentinels[-1]: found 'gone'; expected 'not_supported', 'no_light',"
                " 'offline', 'disabled', 'invalid' or 'out_of_range'"
            ),
        ),
        (
            scalar(f'oid: 1.3.6.1.9.0, {UP_TIME}, sentinels: {{"<= a": invalid}}'),
            "box.yaml:5:75: '<= a' is no comparison with a number, such as '<= -4000'",
        ),
        (
            scalar(f"oid: 1.3.6.1.9.0, {UP_TIME}, decode: [{{scale: 2}}, number]"),
            "box.yaml:5:76: number reads the value as it came: it has to be the first step",
        ),
        (
            scalar(f"oid: 1.3.6.1.9.0, {UP_TIME}, decode: {{states: {{1: up}}}}"),
            "box.yaml:5:55: device_uptime_seconds is no state metric: it has no states",
        ),
        (
            scalar("oid: 1.3.6.1.9.0, metric: ups_battery_status, decode: {states: {1: ok}}"),
            (
                "box.yaml:5:52: ups_battery_status has no state 'ok'; it has unknown, normal, low,"
                " depleted, failed"
            ),
        ),
        (
            scalar(f"oid: 1.3.6.1.9.0, {UP_TIME}, valid_if: {{column: 1.3.6, equals: 1}}"),
            "box.yaml:5:55: a scalar has no row: refer to another scalar",
        ),
        (
            scalar(f"oid: 1.3.6.1.9.0, {UP_TIME}, valid_if: {{scalar: 1.3.6}}"),
            "box.yaml:5:55: say exactly one of equals, differs or matches",
        ),
        (
            scalar(f"oid: 1.3.6.1.9.0, {UP_TIME}, valid_if: {{scalar: 1.3.6, matches: '('}}"),
            (
                "box.yaml:5:55: '(' is no regular expression: missing ), unterminated subpattern at"
                " position 0"
            ),
        ),
        (
            scalar('metric: device_info, labels: {model: "{product}"}'),
            "box.yaml:5:43: nothing here is called 'product'; there are model, vendor",
        ),
        (
            table('    labels: {interface: "{if_name}"}\n'),
            "box.yaml:7:25: nothing here is called 'if_name'; there are if_index, model, vendor",
        ),
        (
            table("    labels: {interface: a}\n    unique: port\n"),
            "box.yaml:5:5: unique names 'port', which is no label of the table",
        ),
        (
            table("", "[{name: a, kind: octets, length: implied}, b]"),
            "box.yaml:5:5: only the last part of an index can have an implied length",
        ),
        (table("", "[a, a]"), "box.yaml:6:5: the index names 'a' twice"),
        (table("", "[]"), "box.yaml:6:5: index: found a list; must not be empty"),
        (
            table("    where: {column: 1.3.6, by: slot, equals: 1}\n"),
            "box.yaml:7:5: the index has no part 'slot'; it has if_index",
        ),
        (
            table("    texts: {a: {label: interfaces.name, by: if_index}}\n"),
            "box.yaml:7:13: there is no table and label 'interfaces.name'",
        ),
        (
            table(TEXT + "    metrics: []\n  - name: ports\n    index: [a]\n"),
            "box.yaml:10:11: the table 'ports' stands here twice",
        ),
        (
            table("    sweep: {minimum_interval: often, rows_per_minute: 0}\n"),
            (
                "box.yaml:7:31: minimum_interval: found 'often'; expected a duration such as 250ms,"
                " 60s, 5m or 1h30m"
            ),
        ),
        (
            f"{HEAD}extends: [if-mib]\n",
            "box.yaml:4:11: there is no profile 'if-mib'; there are box, generic",
        ),
        (
            f"{HEAD}detect: [{{}}]\n",
            "box.yaml:4:10: say at least one of sys_object_id, sys_descr, probe",
        ),
        (
            HEAD.replace("box", "bax", 1),
            "box.yaml:1:7: the profile is called 'bax', so its file has to be, too",
        ),
        (
            HEAD.replace("mib", "rumour"),
            ("box.yaml:3:11: evidence: found 'rumour'; expected 'mib', 'recording' or 'community'"),
        ),
        ("name: box\n", "box.yaml:1:1: the key 'title' is missing"),
    ],
)
def test_a_fault_is_told_at_its_place(tmp_path: Path, box: str, expected: str) -> None:
    assert expected in problems_of(tmp_path, box)


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    wrong = scalar(f"oid: 1.3.6.1.9.0, {UP_TIME}s, group: hourly")
    other = "name: other\ntitle: Other\nevidence: mib\nscalars:\n  - {oid: 1.3.6.0, metric: a}\n"
    assert problems_of(tmp_path, wrong, other=other) == [
        "box.yaml:5:63: group: found 'hourly'; expected 'fast', 'normal' or 'slow'",
        "other.yaml:5:28: the catalogue has no metric 'a'",
    ]


def test_a_set_without_a_generic_profile_is_refused(tmp_path: Path) -> None:
    (tmp_path / "box.yaml").write_text(HEAD, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="the profile 'generic' is missing"):
        ProfileSet.load([tmp_path], shipped_catalogue())


def test_a_later_folder_replaces_a_profile(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder, title in ((ours, "Any"), (theirs, "Mine")):
        folder.mkdir()
        text = GENERIC.replace("Any", title)
        (folder / "generic.yaml").write_text(text, encoding="utf-8")
    profiles = ProfileSet.load([ours, theirs], shipped_catalogue())
    assert profiles.get("generic").title == "Mine"


def test_profiles_that_extend_each_other_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "generic.yaml").write_text(GENERIC + "extends: [box]\n", encoding="utf-8")
    (tmp_path / "box.yaml").write_text(HEAD + "extends: [generic]\n", encoding="utf-8")
    profiles = ProfileSet.load([tmp_path], shipped_catalogue())
    assert [profile.name for profile in profiles.resolve("box")] == ["box", "generic"]


def test_the_nearest_profile_comes_first() -> None:
    names = [profile.name for profile in shipped_profiles().resolve("huawei-smartax")]
    assert names == ["huawei-smartax", "if-mib", "lldp", "system"]


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        shipped_profiles().resolve("nobody")
