"""HEBO behind ask and tell."""

import numpy as np
import pandas as pd
import torch
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO
from linear_operator.utils.errors import NanError
from ranges import bounds, inward, outward

torch.set_num_threads(1)


class HeboPeer:
    def __init__(self, ranges, seed):
        np.random.seed(seed)
        torch.manual_seed(seed)
        self.ranges = ranges
        self.names = [one["name"] for one in ranges]
        self.optimizer = HEBO(DesignSpace().parse([parameter(one) for one in ranges]), scramble_seed=seed)
        self.points = {}
        self.next_index = 0

    def restore(self, trials):
        points = pd.DataFrame([inward(self.ranges, trial["configuration"]) for trial in trials])[self.names]
        self.optimizer.observe(points, np.array([[trial["value"]] for trial in trials]))

    def ask(self, count):
        try:
            points = self.optimizer.suggest(n_suggestions=count)
        except NanError:
            # Its fit breaks down now and then; a user would go on with a point of its design.
            points = self.optimizer.quasi_sample(count)
        trials = []
        for _, row in points.iterrows():
            values = {name: row[name] for name in self.names}
            self.points[self.next_index] = values
            trials.append({"index": self.next_index, "configuration": outward(self.ranges, values)})
            self.next_index += 1
        return trials

    def tell(self, index, value):
        self.optimizer.observe(pd.DataFrame([self.points.pop(index)]), np.array([[value]]))


def parameter(one):
    if one["kind"] == "categorical":
        return {"name": one["name"], "type": "cat", "categories": one["values"]}
    low, high, is_log = bounds(one)
    kinds = {"integer": ("int", "pow_int"), "continuous": ("num", "pow")}[one["kind"]]
    return {"name": one["name"], "type": kinds[is_log], "lb": low, "ub": high}
