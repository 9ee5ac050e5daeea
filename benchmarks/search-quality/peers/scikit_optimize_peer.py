"""scikit-optimize's Gaussian process behind ask and tell."""

from skopt import Optimizer
from skopt.space import Categorical, Integer, Real


class ScikitOptimizePeer:
    def __init__(self, ranges, seed):
        self.ranges = ranges
        self.optimizer = Optimizer([dimension(one) for one in ranges], base_estimator="GP", random_state=seed)
        self.points = {}
        self.next_index = 0

    def restore(self, trials):
        points = [[self._inward(one, trial["configuration"][one["name"]]) for one in self.ranges] for trial in trials]
        self.optimizer.tell(points, [trial["value"] for trial in trials])

    def ask(self, count):
        points = [self.optimizer.ask()] if count == 1 else self.optimizer.ask(n_points=count)
        trials = []
        for point in points:
            self.points[self.next_index] = point
            configuration = {one["name"]: outward(one, value) for one, value in zip(self.ranges, point, strict=True)}
            trials.append({"index": self.next_index, "configuration": configuration})
            self.next_index += 1
        return trials

    def tell(self, index, value):
        self.optimizer.tell(self.points.pop(index), value)

    @staticmethod
    def _inward(one, value):
        return 1 - value if one.get("scaling") == "ReverseLogarithmic" else value


def dimension(one):
    if one["kind"] == "categorical":
        return Categorical(one["values"])
    if one["scaling"] == "ReverseLogarithmic":
        return Real(1 - one["max"], 1 - one["min"], prior="log-uniform")
    prior = "log-uniform" if one["scaling"] == "Logarithmic" else "uniform"
    kind = Integer if one["kind"] == "integer" else Real
    return kind(one["min"], one["max"], prior=prior)


def outward(one, value):
    """NumPy's numbers are not JSON's."""
    if one["kind"] == "categorical":
        return str(value)
    if one["kind"] == "integer":
        return int(value)
    return 1 - float(value) if one["scaling"] == "ReverseLogarithmic" else float(value)
