"""Turns a forked process into the program of one job, as if its interpreter had just been started."""

import atexit
import ctypes
import gc
import importlib.machinery
import os
import runpy
import signal
import sys
import threading
import types

# In /proc/PID/stat, after the command's name: where the variables that a process was started with lie.
_ENV_START, _ENV_END = 47, 48


def set_environment(variables: "dict[str, str]") -> None:
    """Replaces every variable, for this process, for what it starts, and for whoever looks into /proc."""
    os.environ.clear()
    os.environ.update(variables)
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    start, end = int(fields[_ENV_START]), int(fields[_ENV_END])
    block = b"".join(os.fsencode(f"{name}={value}") + b"\0" for name, value in variables.items())
    # No more than lies there; the agent's own marks come first.
    ctypes.memmove(start, block[: end - start - 1].ljust(end - start, b"\0"), end - start)


def changed_signals() -> "list[int]":
    """The signals whose handling imports, or the zygote itself, have changed. Called once, in the zygote."""
    by_python = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT)
    return [
        number for number in signal.valid_signals() if callable(signal.getsignal(number)) and number not in by_python
    ]


def reset_process(output: int, signals: "list[int]") -> None:
    """Gives the process the signals, descriptors and chance of a new one."""
    for number in signals:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.closerange(3, 1 << 20)
    # random does it by itself; everybody else's numbers would repeat from job to job.
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def run(request: dict) -> None:
    """Runs the program as the interpreter would, and ends the process."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "fleetune_zygote"]:
        del sys.modules[name]
    # What the zygote found to be missing is the job's own.
    for name in [name for name in sys.path_importer_cache if name.startswith("/opt/ml")]:
        del sys.path_importer_cache[name]
    sys.orig_argv = request["command"]
    main = types.ModuleType("__main__")
    main.__dict__.update(__annotations__={}, __builtins__=sys.modules["builtins"])
    sys.modules["__main__"] = main
    gc.enable()
    try:
        _execute(main, request["kind"], request["target"], request["arguments"])
        status = 0
    except SystemExit as end:
        status = _status_of(end.code)
    except BaseException as error:
        # Our own frames are not the program's.
        traceback = error.__traceback__.tb_next.tb_next
        if traceback is not None and "importlib" in traceback.tb_frame.f_code.co_filename:
            traceback = None
        sys.excepthook(type(error), error.with_traceback(traceback), traceback)
        status = 130 if isinstance(error, KeyboardInterrupt) else 1
        # It holds the program's last frame, and with it what waits to be let go.
        del traceback
    _end(main, status)


def _execute(main: types.ModuleType, kind: str, target: str, arguments: "list[str]") -> None:
    if kind == "module":
        sys.argv = ["-m", *arguments]
        sys.path.insert(0, os.getcwd())
        runpy._run_module_as_main(target)
        return
    if kind == "code":
        sys.argv = ["-c", *arguments]
        sys.path.insert(0, "")
        main.__loader__ = importlib.machinery.BuiltinImporter
        code = compile(target, "<string>", "exec", dont_inherit=True)
    else:
        path = os.path.abspath(target)
        sys.argv = [target, *arguments]
        sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
        main.__loader__ = importlib.machinery.SourceFileLoader("__main__", path)
        main.__dict__.update(__file__=path, __cached__=None)
        code = main.__loader__.source_to_code(_read(path), path)
    exec(code, main.__dict__)


def _status_of(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _end(main: types.ModuleType, status: int) -> None:
    """What an interpreter does at its end, but for taking apart every module: that would copy the zygote's memory.

    Waits for threads, calls what is to be called at exit, lets go of what the program itself defined, and writes out
    what is buffered.
    """
    threading._shutdown()
    atexit._run_exitfuncs()
    own = [module for module in list(sys.modules.values()) if _is_of_the_job(module)]
    for module in [main, *own]:
        for name in [name for name in vars(module) if not name.startswith("__")]:
            vars(module)[name] = None
    gc.collect()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except OSError:
            # As the interpreter does where its last words are lost.
            status = status or 120
    # Buffers of libraries that print by themselves.
    ctypes.CDLL(None).fflush(None)
    os._exit(status)


def _is_of_the_job(module: object) -> bool:
    return isinstance(module, types.ModuleType) and (getattr(module, "__file__", None) or "").startswith("/opt/ml/code/")


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        print(f"{sys.executable}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}", file=sys.stderr)
        sys.exit(2)
