"""Runs one Python optimiser as a child process: a JSON object a line on standard input, an answer a line on output.

    {"op": "start", "optimizer": "optuna-tpe", "seed": 1, "ranges": [...]}  -> {"ok": true}
    {"op": "restore", "trials": [{"configuration": {...}, "value": 1.5}]}   -> {"ok": true}
    {"op": "ask", "count": 2}                       -> {"trials": [...], "seconds": 0.01, "cpuSeconds": 0.01}
    {"op": "tell", "index": 0, "value": 1.5}                                -> {"ok": true}

`seconds` is what the optimiser itself took, so that neither JSON nor the pipe counts against it; `cpuSeconds` is how long a
processor worked for it, which other programs on the machine do not change.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")


def main():
    answers = sys.stdout
    # What a library prints must not end up among the answers.
    sys.stdout = sys.stderr
    optimizer = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "start":
            optimizer = create(request["optimizer"], request["ranges"], request["seed"])
            answer = {"ok": True}
        elif request["op"] == "restore":
            optimizer.restore(request["trials"])
            answer = {"ok": True}
        elif request["op"] == "ask":
            started, cpu_started = time.perf_counter(), time.process_time()
            trials = optimizer.ask(request["count"])
            seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
            answer = {"trials": trials, "seconds": seconds, "cpuSeconds": cpu_seconds}
        else:
            optimizer.tell(request["index"], request["value"])
            answer = {"ok": True}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def create(name, ranges, seed):
    if name.startswith("optuna-"):
        from optuna_peer import OptunaPeer

        return OptunaPeer(name, ranges, seed)
    if name.startswith("smac3-"):
        from smac_peer import SmacPeer

        return SmacPeer(name, ranges, seed)
    if name == "syne-tune-cqr":
        from syne_tune_peer import SyneTunePeer

        return SyneTunePeer(ranges, seed)
    if name == "ax":
        from ax_peer import AxPeer

        return AxPeer(ranges, seed)
    if name == "hebo":
        from hebo_peer import HeboPeer

        return HeboPeer(ranges, seed)
    if name == "scikit-optimize-gp":
        from scikit_optimize_peer import ScikitOptimizePeer

        return ScikitOptimizePeer(ranges, seed)
    raise ValueError(f"there is no peer named {name}")


main()
