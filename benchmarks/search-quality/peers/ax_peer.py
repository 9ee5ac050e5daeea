"""Ax, whose default is BoTorch's Gaussian process, behind ask and tell."""

import logging

from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig
from ranges import bounds, inward, outward

logging.disable(logging.WARNING)


class AxPeer:
    def __init__(self, ranges, seed):
        self.ranges = ranges
        self.client = Client(random_seed=seed)
        self.client.configure_experiment(parameters=[parameter(one) for one in ranges])
        self.client.configure_optimization(objective="-value")

    def restore(self, trials):
        for trial in trials:
            index = self.client.attach_trial(inward(self.ranges, trial["configuration"]))
            self.tell(index, trial["value"])

    def ask(self, count):
        trials = []
        # Its first trials come one at a time.
        while len(trials) < count:
            asked = self.client.get_next_trials(max_trials=count - len(trials))
            trials += [{"index": i, "configuration": outward(self.ranges, values)} for i, values in asked.items()]
        return trials

    def tell(self, index, value):
        self.client.complete_trial(trial_index=index, raw_data={"value": value})


def parameter(one):
    if one["kind"] == "categorical":
        return ChoiceParameterConfig(
            name=one["name"], values=one["values"], parameter_type="str", is_ordered=False
        )
    low, high, is_log = bounds(one)
    kind = "int" if one["kind"] == "integer" else "float"
    return RangeParameterConfig(
        name=one["name"], bounds=(low, high), parameter_type=kind, scaling="log" if is_log else "linear"
    )
