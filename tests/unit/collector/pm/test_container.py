"""What comes out of archives, whole ones and hostile ones."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
import zlib

import pytest

from collector.pm.container import members
from omc.core.errors import Malformed

XML = b"<measCollecFile>" + b"counter " * 20_000 + b"</measCollecFile>"
NO_LIMIT = 1 << 40


def tar(*files: tuple[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.GNU_FORMAT) as writer:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            writer.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def contents(data: bytes, limit: int = NO_LIMIT) -> tuple[dict[str, bytes], list[str]]:
    found: dict[str, bytes] = {}
    faults = []
    try:
        for member in members(io.BytesIO(data), "f", limit):
            found[member.name] = b""
            try:
                for chunk in member.chunks:
                    found[member.name] += chunk
            except Malformed as error:
                faults.append(str(error))
    except Malformed as error:
        faults.append(str(error))
    return found, faults


@pytest.mark.parametrize(
    "data",
    [XML, gzip.compress(XML), gzip.compress(XML[:99]) + gzip.compress(XML[99:]) + b"\0" * 64],
)
def test_a_file_comes_out_as_it_went_in(data: bytes) -> None:
    assert contents(data) == ({"f": XML}, [])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_tar_gives_its_files_one_by_one_unpacked(pack: type[bytes]) -> None:
    archive = tar(("a.xml", XML), ("b.xml.gz", gzip.compress(XML)), ("x/" * 90 + "c", b"<c/>"))
    found, faults = contents(pack(archive))
    assert found == {"f!a.xml": XML, "f!b.xml.gz": XML, "f!" + "x/" * 90 + "c": b"<c/>"}
    assert faults == []


def test_links_and_devices_are_passed_over_and_a_path_leads_nowhere() -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as writer:
        for name, kind in (("link", tarfile.SYMTYPE), ("device", tarfile.CHRTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            writer.addfile(member)
        member = tarfile.TarInfo("../../../etc/cron.d/evil\n")
        member.size = 4
        writer.addfile(member, io.BytesIO(b"<a/>"))
    assert contents(archive.getvalue()) == ({"f!../../../etc/cron.d/evil?": b"<a/>"}, [])


@pytest.mark.parametrize("cut", [3, 12, 40])
def test_a_truncated_gzip_gives_what_it_has_and_says_so(cut: int) -> None:
    noise = bytes(zlib.crc32(bytes([n % 256, n // 256])) % 251 for n in range(40_000))
    found, faults = contents(gzip.compress(noise)[:-cut])
    assert noise.startswith(found["f"])
    assert len(found["f"]) > 35_000
    assert faults == ["f: truncated gzip: the end is missing"]


def test_damage_of_one_member_costs_no_other() -> None:
    damaged = bytearray(gzip.compress(XML))
    damaged[len(damaged) // 2] ^= 0xFF
    found, faults = contents(tar(("a.gz", bytes(damaged)), ("b.xml", b"<b/>")))
    assert found["f!b.xml"] == b"<b/>"
    assert len(faults) == 1
    assert faults[0].startswith("f!a.gz: damaged gzip:") or "f!a.gz: truncated" in faults[0]


def test_a_truncated_tar_keeps_the_files_before() -> None:
    archive = tar(("a.xml", b"<a/>"), ("b.xml", XML))
    found, faults = contents(archive[:3000])
    assert found["f!a.xml"] == b"<a/>"
    assert faults == [f"f!b.xml: truncated tar: {len(XML) - 3000 + 1536} bytes are missing"]
    assert contents(archive[:1300])[1] == ["f: truncated tar: a header ends too early"]


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = b" " * (1 << 20)
    return b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()


def test_ten_gigabytes_in_ten_megabytes_are_given_up_soon_and_take_no_memory() -> None:
    packed = bomb(1 << 28) * 40  # 10 GiB in 10 MiB, as 40 gzip members
    assert len(packed) < 11 << 20
    tracemalloc.start()
    expanded = 0
    with pytest.raises(Malformed, match="expands more than 250-fold, as archive bombs do"):  # noqa: PT012
        for member in members(io.BytesIO(packed), "f", NO_LIMIT):
            for chunk in member.chunks:
                expanded += len(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert expanded < 40 << 20
    assert peak < 2 << 20


def test_the_limit_holds_for_all_members_together() -> None:
    archive = tar(*((f"{n}.xml", XML) for n in range(4)))
    found, faults = contents(gzip.compress(archive), limit=2 * len(XML) + 4096)
    assert found["f!0.xml"] == XML
    assert faults[0].startswith("f: expands to more than 0 MiB")
