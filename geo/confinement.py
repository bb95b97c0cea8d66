"""A process gives up what reading a file does not need, for as long as it lives.

Resource limits hold on every Unix. On Linux three more things are asked for, each where
the kernel has it: no new privileges, no file but those named (Landlock), and none of the
system calls by which a process reaches networks, programs or other processes (seccomp).
Sources: the kernel's `userspace-api/landlock.rst` and `userspace-api/seccomp_filter.rst`.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

NO_NEW_PRIVILEGES, LANDLOCK, SECCOMP = "no-new-privileges", "landlock", "seccomp"


@dataclass(frozen=True, slots=True)
class Means:
    """What a process may use: bytes of memory, seconds of processor, bytes of a file it writes."""

    memory_bytes: int
    cpu_s: int
    file_bytes: int
    open_files: int = 128


def limit_means(means: Means) -> None:
    """Set hard limits, and write no image of the memory when the process crashes."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on every system

    with suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (means.cpu_s, means.cpu_s + 1))
    for kind, most in (
        (resource.RLIMIT_AS, means.memory_bytes),
        (resource.RLIMIT_FSIZE, means.file_bytes),
        (resource.RLIMIT_NOFILE, means.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError):  # a lower limit holds already
            resource.setrlimit(kind, (most, most))


def hide_memory() -> None:
    """Keep other processes of the same account out of this one's memory and environment."""
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def give_up_rights(readable: Iterable[Path], writable: Iterable[Path]) -> tuple[str, ...]:
    """Read below some paths, write below others, and reach nothing else; what holds of that.

    Threads that run already keep their rights: call it before any is started.
    """
    if sys.platform != "linux":
        return ()
    libc, held = _libc(), []
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        held.append(NO_NEW_PRIVILEGES)
    if _shut_files(libc, readable, writable):
        held.append(LANDLOCK)
    if _shut_calls(libc):
        held.append(SECCOMP)
    return tuple(held)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38

# --- files (Landlock) -------------------------------------------------------

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _BENEATH = 1, 1
_EXECUTE, _WRITE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_RIGHTS_OF_VERSION = {1: 2**13 - 1, 2: 2**14 - 1, 3: 2**15 - 1, 4: 2**15 - 1, 5: 2**16 - 1}
_TRUNCATE, _REFER, _DEVICES = 2**14, 2**13, 2**15
_ALL_NETWORK, _ALL_SCOPES = 3, 3


def _shut_files(libc: ctypes.CDLL, readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, 0, _VERSION)
    if version < 1:
        return False
    rights = _RIGHTS_OF_VERSION[min(version, 5)]
    asked = [rights, *[_ALL_NETWORK] * (version >= 4), *[_ALL_SCOPES] * (version >= 6)]
    attributes = struct.pack(f"={len(asked)}Q", *asked)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    try:
        for path in readable:
            _open_below(libc, ruleset, path, _READ_FILE | _READ_DIR)
        for path in writable:
            _open_below(libc, ruleset, path, rights & ~(_EXECUTE | _REFER | _DEVICES))
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _open_below(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    """Allow what is at or below a path; a path that is not there needs no right."""
    with suppress(OSError):
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not path.is_dir():
                rights &= _WRITE | _READ_FILE | _TRUNCATE
            libc.syscall(_ADD_RULE, ruleset, _BENEATH, struct.pack("=Qi", rights, handle), 0)
        finally:
            os.close(handle)


# --- system calls (seccomp) -------------------------------------------------

_MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SHUT = {
    # socket, socketpair, connect, ptrace, execve, execveat, process_vm_readv and _writev
    # mount, umount2, chroot, pivot_root, unshare, setns, bpf, perf_event_open, userfaultfd
    # keyctl, add_key, request_key, init_module, finit_module, kexec_load
    "x86_64": (
        *(41, 53, 42, 101, 59, 322, 310, 311),
        *(165, 166, 161, 155, 272, 308, 321, 298, 323),
        *(250, 248, 249, 175, 313, 246),
    ),
    "aarch64": (
        *(198, 199, 203, 117, 221, 281, 270, 271),
        *(40, 39, 51, 41, 97, 268, 280, 241, 282),
        *(219, 217, 218, 105, 273, 104),
    ),
}
_SHUT_ALIKE = (425, 426, 427, 434, 438, 440)
"""io_uring, pidfd_open, pidfd_getfd, process_madvise: numbered alike on every machine."""

_FOREIGN_CALLS = 0x4000_0000
_ALLOW, _REFUSE = 0x7FFF_0000, 0x0005_0001  # the call fails with EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06


def _shut_calls(libc: ctypes.CDLL) -> bool:
    machine = platform.machine()
    if machine not in _MACHINES:
        return False
    calls = (*_SHUT[machine], *_SHUT_ALIKE)
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 0, len(calls) + 3, _MACHINES[machine]), (_LOAD, 0, 0, 0)]
    steps.append((_AT_LEAST, len(calls) + 1, 0, _FOREIGN_CALLS))
    steps += [(_EQUAL, len(calls) - n, 0, call) for n, call in enumerate(calls)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    filter_ = struct.pack("@HP", len(steps), ctypes.addressof(program))
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, filter_, 0, 0) == 0)
