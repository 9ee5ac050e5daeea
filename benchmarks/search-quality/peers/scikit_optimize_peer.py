"""scikit-optimize's Gaussian process behind ask and tell."""

from ranges import bounds, inward, outward
from skopt import Optimizer
from skopt.space import Categorical, Integer, Real


class ScikitOptimizePeer:
    def __init__(self, ranges, seed):
        self.ranges = ranges
        self.optimizer = Optimizer([dimension(one) for one in ranges], base_estimator="GP", random_state=seed)
        self.points = {}
        self.next_index = 0

    def restore(self, trials):
        points = [list(inward(self.ranges, trial["configuration"]).values()) for trial in trials]
        self.optimizer.tell(points, [trial["value"] for trial in trials])

    def ask(self, count):
        points = [self.optimizer.ask()] if count == 1 else self.optimizer.ask(n_points=count)
        trials = []
        for point in points:
            self.points[self.next_index] = point
            names = [one["name"] for one in self.ranges]
            configuration = outward(self.ranges, dict(zip(names, point, strict=True)))
            trials.append({"index": self.next_index, "configuration": configuration})
            self.next_index += 1
        return trials

    def tell(self, index, value):
        self.optimizer.tell(self.points.pop(index), value)


def dimension(one):
    if one["kind"] == "categorical":
        return Categorical(one["values"])
    low, high, is_log = bounds(one)
    kind = Integer if one["kind"] == "integer" else Real
    return kind(low, high, prior="log-uniform" if is_log else "uniform")
