"""Namespaces and mounts for one job: the walls of a program that is started cold, put up without starting anything."""

import ctypes
import errno
import fcntl
import os
import platform
import signal
import socket
import struct

OPT_ML = "/opt/ml"

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWPID = 0x20000000
_CLONE_NEWNET = 0x40000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT = 1, 2, 4, 8, 32
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_CAPABILITY_VERSION_3 = 0x20080522
_SYS_CLONE = {"x86_64": 56, "aarch64": 220}.get(platform.machine())

# What a program could reconfigure the machine with through /proc, were it the machine's root.
_PROC_COVERED = ("sys", "sysrq-trigger", "irq", "bus")

# Keeps the interpreter's lock: the forked process must not wait for it.
_libc = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


class WallsUnavailable(Exception):
    """This kernel or its settings do not let a process wall itself in."""


def clone(network_isolation: bool) -> int:
    """Forks into namespaces of its own: 0 in the new process, which is process 1 of them."""
    if _SYS_CLONE is None:
        raise WallsUnavailable(f"no system call numbers are known for {platform.machine()}")
    flags = _CLONE_NEWUSER | _CLONE_NEWNS | _CLONE_NEWPID | signal.SIGCHLD
    if network_isolation:
        flags |= _CLONE_NEWNET
    # Not os.fork: that has no namespaces. What Python does after a fork it does at the next one, of the program.
    pid = _libc.syscall(_SYS_CLONE, ctypes.c_ulong(flags), None, None, None, None)
    if pid < 0:
        raise WallsUnavailable(f"clone: {os.strerror(ctypes.get_errno())}")
    return pid


def map_identities(pid: int) -> None:
    """Lets a cloned process keep the users and groups that this one sees. Called by its parent."""
    _write_map(pid, "uid_map")
    try:
        _write_map(pid, "gid_map")
    except PermissionError:
        # Ordinary users may map their group only once supplementary groups are out of reach.
        with open(f"/proc/{pid}/setgroups", "w") as file:
            file.write("deny")
        _write_map(pid, "gid_map")


def put_up(root: str, mounts: "list[list[str]]", network_isolation: bool) -> None:
    """Makes `root` this process's /opt/ml and hides everybody else's. `mounts` are pairs of source and target."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    for source, target in mounts:
        _mount(source, f"{root}/{target}", None, _MS_BIND)
    # Over the zygote's own, which has the roots of the other jobs: nothing can lift it again without privileges.
    _mount(root, OPT_ML, None, _MS_BIND | _MS_REC)
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    for name in _PROC_COVERED:
        path = f"/proc/{name}"
        if os.access(path, os.W_OK):
            _mount(path, path, None, _MS_BIND | _MS_REC)
            _mount("none", path, None, _MS_BIND | _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    if network_isolation:
        _loopback_up()


def give_up_privileges(bounding: "list[int]", keep_others: bool, no_new_privileges: bool) -> None:
    """Drops the capabilities numbered `bounding` for good, and all others too unless they are to be kept."""
    for number in range(64) if not keep_others else bounding:
        # Beyond the last one that this kernel knows: EINVAL.
        _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)
    kept = ~sum(1 << number for number in bounding) if keep_others else 0
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    data = ctypes.create_string_buffer(24)
    _check(_libc.capget(header, data), "capget")
    low = struct.unpack("=6I", data.raw)
    masks = [kept & 0xFFFFFFFF] * 3 + [(kept >> 32) & 0xFFFFFFFF] * 3
    _check(_libc.capset(header, struct.pack("=6I", *(old & mask for old, mask in zip(low, masks)))), "capset")
    if no_new_privileges:
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    # Or /proc/self, and with it /dev/stdout, would belong to root.
    _prctl(_PR_SET_DUMPABLE, 1)


def _write_map(pid: int, name: str) -> None:
    with open(f"/proc/self/{name}") as file:
        extents = [line.split() for line in file]
    with open(f"/proc/{pid}/{name}", "w") as file:
        file.write("\n".join(f"{inside} {inside} {count}" for inside, _, count in extents))


def _mount(source: str, target: str, kind: "str | None", flags: int) -> None:
    arguments = (source.encode(), target.encode(), kind.encode() if kind else None, ctypes.c_ulong(flags), None)
    if _libc.mount(*arguments) != 0:
        raise WallsUnavailable(f"mount {source} at {target}: {os.strerror(ctypes.get_errno())}")


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        up_and_running = 0x1 | 0x40
        fcntl.ioctl(control, 0x8914, struct.pack("16sH14x", b"lo", up_and_running))


def _prctl(option: int, value: int) -> None:
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise WallsUnavailable(f"{what}: {os.strerror(code)} ({errno.errorcode.get(code, code)})")
