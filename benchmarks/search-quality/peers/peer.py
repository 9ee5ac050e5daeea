"""Runs one Python optimiser as a child process: a JSON object a line on standard input, an answer a line on output.

    {"op": "start", "optimizer": "optuna-tpe", "seed": 1, "ranges": [...]}  -> {"ok": true}
    {"op": "restore", "trials": [{"configuration": {...}, "value": 1.5}]}   -> {"ok": true}
    {"op": "ask", "count": 2}                                               -> {"trials": [...], "seconds": 0.01}
    {"op": "tell", "index": 0, "value": 1.5}                                -> {"ok": true}

`seconds` is what the optimiser itself took, so that neither JSON nor the pipe counts against it.
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
            started = time.perf_counter()
            trials = optimizer.ask(request["count"])
            answer = {"trials": trials, "seconds": time.perf_counter() - started}
        else:
            optimizer.tell(request["index"], request["value"])
            answer = {"ok": True}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def create(name, ranges, seed):
    if name.startswith("optuna-"):
        from optuna_peer import OptunaPeer

        return OptunaPeer(name, ranges, seed)
    if name == "scikit-optimize-gp":
        from scikit_optimize_peer import ScikitOptimizePeer

        return ScikitOptimizePeer(ranges, seed)
    raise ValueError(f"there is no peer named {name}")


main()
