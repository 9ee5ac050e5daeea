"""Ray Tune with actors that are used again: points in by standard input, seconds and the best score out."""

import json
import logging
import os
import sys
import time

os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_DEDUP_LOGS"] = "0"

import ray
from ray import tune
from ray.tune import Trainable

asked = json.load(sys.stdin)
sys.path.insert(0, asked["trials"])


class Trial(Trainable):
    def setup(self, config):
        from trials import TRIALS

        self.trial = TRIALS[asked["trial"]]
        self.settings = config["point"]

    def step(self):
        return {"score": self.trial(self.settings), "done": True}

    def reset_config(self, new_config):
        self.settings = new_config["point"]
        return True

    def save_checkpoint(self, checkpoint_dir):
        return None


ray.init(
    num_cpus=asked["parallel"],
    include_dashboard=False,
    logging_level=logging.ERROR,
    log_to_driver=False,
    runtime_env={"env_vars": {"PYTHONPATH": asked["trials"], "OMP_NUM_THREADS": "1"}},
)
tuner = tune.Tuner(
    Trial,
    param_space={"point": tune.grid_search(asked["points"])},
    tune_config=tune.TuneConfig(
        metric="score",
        mode="max",
        reuse_actors=True,
        max_concurrent_trials=asked["parallel"],
    ),
    run_config=tune.RunConfig(
        verbose=0,
        storage_path=asked["folder"],
        checkpoint_config=tune.CheckpointConfig(checkpoint_frequency=0, checkpoint_at_end=False),
    ),
)
started = time.monotonic()
results = tuner.fit()
seconds = time.monotonic() - started
scores = [result.metrics["score"] for result in results]
ray.shutdown()
print(json.dumps({"seconds": seconds, "trials": len(scores), "best": max(scores)}))
