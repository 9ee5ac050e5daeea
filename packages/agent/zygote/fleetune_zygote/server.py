"""The zygote's own life: it imports, and then waits for the agent to ask for processes. It never computes."""

import gc
import os
import select
import signal
import sys

from . import preload, program, threads, walls
from .messages import Channel, resident_bytes, thread_count


def serve(control: int) -> dict:
    """Returns in each forked program, with what was asked for. Ends the process when the agent is gone."""
    channel = Channel(control)
    hello = channel.receive()
    if hello is None:
        sys.exit(0)
    try:
        modules = preload.import_allowed(
            preload.imported_modules(hello["sources"]), set(hello["allowed"]), set(hello["excluded"])
        )
    except preload.UnsafeImport as unsafe:
        channel.send({"event": "unsafe", "module": unsafe.module, "reason": str(unsafe)})
        sys.exit(0)
    setters = threads.find_setters()
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signals = program.changed_signals()
    gc.collect()
    # What is here now is shared with every child until somebody writes to it; looking for garbage would.
    gc.disable()
    gc.freeze()
    channel.send(
        {
            "event": "ready",
            "pid": os.getpid(),
            "modules": modules,
            "residentBytes": resident_bytes(),
            "packageFolders": _package_folders(),
        }
    )
    return _answer_requests(channel, setters, signals)


def _answer_requests(channel: Channel, setters: "list[tuple]", signals: "list[int]") -> dict:
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wake)
    jobs: "dict[int, int]" = {}
    while True:
        if not channel.has_buffered():
            readable, _, _ = select.select([channel, woken], [], [])
            if woken in readable:
                os.read(woken, 4096)
                _report_ended(channel, jobs)
            if channel not in readable:
                continue
        request = channel.receive()
        if request is None:
            # Its children end with it: they are in namespaces below its own.
            os._exit(0)
        reason = _reason_against_forking()
        if reason is not None:
            channel.send({"event": "refused", "id": request["id"], "reason": reason})
            continue
        go_read, go_write = os.pipe()
        try:
            pid = walls.clone(request["networkIsolation"])
        except walls.WallsUnavailable as fault:
            os.close(go_read)
            os.close(go_write)
            channel.send({"event": "refused", "id": request["id"], "reason": str(fault)})
            continue
        if pid == 0:
            signal.set_wakeup_fd(-1)
            os.close(go_write)
            return _become_program(channel, request, go_read, setters, signals)
        os.close(go_read)
        jobs[pid] = request["id"]
        channel.send({"event": "forked", "id": request["id"], "pid": pid, "residentBytes": resident_bytes()})
        try:
            walls.map_identities(pid)
            os.write(go_write, b"1")
        except OSError:
            os.kill(pid, signal.SIGKILL)
        finally:
            os.close(go_write)


def _become_program(
    channel: Channel, request: dict, go: int, setters: "list[tuple]", signals: "list[int]"
) -> dict:
    """Process 1 of the job's namespaces: puts up the walls, forks the program, and stays to see it end."""
    try:
        if os.read(go, 1) != b"1":
            os._exit(1)
        os.setsid()
        output = os.open(request["output"], os.O_WRONLY)
        walls.put_up(request["root"], request["mounts"], request["networkIsolation"])
        os.chdir(request["workingFolder"])
        walls.give_up_privileges(
            request["droppedCapabilities"], request["keepOtherCapabilities"], request["noNewPrivileges"]
        )
        program.set_environment(request["environment"])
        child = os.fork()
    except Exception as fault:
        channel.send({"event": "failed", "id": request["id"], "reason": str(fault)})
        os._exit(1)
    if child != 0:
        os.dup2(output, 1)
        os.closerange(2, 1 << 20)
        _wait_as_init(child)
    threads.set_threads(setters, request["environment"])
    channel.send({"event": "running", "id": request["id"]})
    channel.close()
    program.reset_process(output, signals)
    return request


def _wait_as_init(child: int) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, 0)
        except InterruptedError:
            continue
        if pid == child:
            _tell_signal(status)
            # Whatever it left behind ends with process 1.
            os._exit(_exit_code(status))


def _tell_signal(status: int) -> None:
    """The line that a shell would write: with it the log of a program that a signal ended is not without a reason."""
    if not os.WIFSIGNALED(status) or os.WTERMSIG(status) in (signal.SIGINT, signal.SIGPIPE):
        return
    dumped = " (core dumped)" if os.WCOREDUMP(status) else ""
    try:
        os.write(1, f"{signal.strsignal(os.WTERMSIG(status))}{dumped}\n".encode())
    except OSError:
        pass


def _report_ended(channel: Channel, jobs: "dict[int, int]") -> None:
    while jobs:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        job = jobs.pop(pid, None)
        if job is not None:
            channel.send({"event": "ended", "id": job, "exitCode": _exit_code(status)})


def _exit_code(status: int) -> int:
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _reason_against_forking() -> "str | None":
    count = thread_count()
    if count != 1:
        return f"the zygote has {count} threads"
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        return "CUDA is in use in the zygote"
    return None


def _package_folders() -> "list[str]":
    """Where an installer would put or change packages."""
    return [path for path in sys.path if os.path.isdir(path)]
