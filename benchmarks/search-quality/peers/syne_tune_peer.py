"""Syne Tune's conformalised quantile regression behind ask and tell."""

import logging
import random

import numpy as np
from ranges import bounds, inward, outward
from syne_tune.backend.trial_status import Trial
from syne_tune.config_space import choice, loguniform, lograndint, randint, uniform
from syne_tune.optimizer.baselines import CQR

logging.disable(logging.WARNING)


class SyneTunePeer:
    def __init__(self, ranges, seed):
        random.seed(seed)
        np.random.seed(seed)
        self.ranges = ranges
        space = {one["name"]: domain(one) for one in ranges}
        self.scheduler = CQR(space, metric="value", do_minimize=True, random_seed=seed)
        self.trials = {}
        self.next_index = 0

    def restore(self, trials):
        for trial in trials:
            configuration = inward(self.ranges, trial["configuration"])
            searcher = self.scheduler.searcher
            searcher.points_to_evaluate = [configuration]
            self._suggest()
            self.tell(self.next_index - 1, trial["value"])

    def ask(self, count):
        return [self._suggest() for _ in range(count)]

    def tell(self, index, value):
        self.scheduler.on_trial_complete(self.trials.pop(index), {"value": value})

    def _suggest(self):
        index = self.next_index
        config = self.scheduler.suggest().config
        self.trials[index] = Trial(trial_id=index, config=config, creation_time=None)
        self.next_index += 1
        return {"index": index, "configuration": outward(self.ranges, config)}


def domain(one):
    if one["kind"] == "categorical":
        return choice(one["values"])
    low, high, is_log = bounds(one)
    if one["kind"] == "integer":
        return lograndint(low, high) if is_log else randint(low, high)
    return loguniform(low, high) if is_log else uniform(low, high)
