"""Gives numeric libraries that were imported with one thread the threads of the job."""

import ctypes
import os

# Library, the functions that set its threads (names differ between builds), and the variables it reads when it starts.
_OPENBLAS = tuple(
    f"{prefix}openblas_set_num_threads{suffix}" for prefix in ("", "scipy_") for suffix in ("", "64_", "_64")
)
_LIBRARIES = (
    ("openblas", _OPENBLAS, ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")),
    ("libgomp", ("omp_set_num_threads",), ("OMP_NUM_THREADS",)),
    ("libomp", ("omp_set_num_threads",), ("OMP_NUM_THREADS",)),
    ("libiomp5", ("omp_set_num_threads",), ("OMP_NUM_THREADS",)),
    ("libmkl_rt", ("MKL_Set_Num_Threads",), ("MKL_NUM_THREADS", "OMP_NUM_THREADS")),
    ("libblis", ("bli_thread_set_num_threads",), ("BLIS_NUM_THREADS", "OMP_NUM_THREADS")),
)


def find_setters() -> "list[tuple]":
    """What is loaded, as (function, variables). Called once, in the zygote."""
    setters = []
    for path in _loaded_libraries():
        name = os.path.basename(path)
        for part, functions, variables in _LIBRARIES:
            if part not in name:
                continue
            library = ctypes.CDLL(path)
            function = next((getattr(library, one) for one in functions if hasattr(library, one)), None)
            if function is not None:
                setters.append((function, variables))
            break
    return setters


def set_threads(setters: "list[tuple]", environment: "dict[str, str]") -> None:
    """As each library would have done had it started with `environment`."""
    everything = len(os.sched_getaffinity(0))
    for function, variables in setters:
        asked = next((_count(environment[name]) for name in variables if _count(environment.get(name)) > 0), everything)
        # The value of the zygote needs no call, and a call can start threads.
        if asked != 1:
            function(asked)


def _count(text: "str | None") -> int:
    # OMP_NUM_THREADS may list a number for each level of nesting.
    first = (text or "").split(",")[0].strip()
    return int(first) if first.isdigit() else 0


def _loaded_libraries() -> "list[str]":
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as file:
        paths = {line.split(maxsplit=5)[5].rstrip("\n") for line in file if ".so" in line}
    return sorted(path for path in paths if path.startswith("/"))
