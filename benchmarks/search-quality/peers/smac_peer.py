"""SMAC3's facades behind ask and tell: the one for hyperparameters (random forest), the one for black boxes (GP)."""

import tempfile

from ConfigSpace import Categorical, Configuration, ConfigurationSpace, Float, Integer
from ranges import bounds, inward, outward
from smac import BlackBoxFacade, HyperparameterOptimizationFacade, Scenario
from smac.runhistory.dataclasses import TrialInfo, TrialValue

FACADES = {"smac3-hpo": HyperparameterOptimizationFacade, "smac3-blackbox": BlackBoxFacade}
TRIALS = 10_000


class SmacPeer:
    def __init__(self, name, ranges, seed):
        self.ranges = ranges
        self.seed = seed
        self.space = ConfigurationSpace(seed=seed)
        self.space.add([parameter(one) for one in ranges])
        self.folder = tempfile.TemporaryDirectory(prefix="fleetune-smac-")
        facade = FACADES[name]
        scenario = Scenario(
            self.space, deterministic=True, n_trials=TRIALS, seed=seed, output_directory=self.folder.name
        )
        # Its usual design is for TRIALS; this is what it takes for a budget of 100.
        design = facade.get_initial_design(scenario, n_configs=min(10 * len(ranges), 25))
        self.facade = facade(
            scenario, never_called, initial_design=design, overwrite=True, logging_level=False
        )
        self.infos = {}
        self.next_index = 0

    def restore(self, trials):
        for trial in trials:
            configuration = Configuration(self.space, values=inward(self.ranges, trial["configuration"]))
            self.facade.tell(TrialInfo(configuration, seed=0), TrialValue(cost=trial["value"]), save=False)

    def ask(self, count):
        trials = []
        for _ in range(count):
            info = self.facade.ask()
            self.infos[self.next_index] = info
            configuration = outward(self.ranges, dict(info.config))
            trials.append({"index": self.next_index, "configuration": configuration})
            self.next_index += 1
        return trials

    def tell(self, index, value):
        self.facade.tell(self.infos.pop(index), TrialValue(cost=value), save=False)


def never_called(configuration, seed):
    """What SMAC would run if it were not asked and told."""


def parameter(one):
    if one["kind"] == "categorical":
        return Categorical(one["name"], one["values"])
    low, high, is_log = bounds(one)
    kind = Integer if one["kind"] == "integer" else Float
    return kind(one["name"], (low, high), log=is_log)
