"""Optuna's samplers behind ask and tell."""

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from ranges import bounds, inward, outward

optuna.logging.set_verbosity(optuna.logging.ERROR)


class OptunaPeer:
    def __init__(self, name, ranges, seed):
        self.ranges = ranges
        self.distributions = {one["name"]: distribution(one) for one in ranges}
        self.study = optuna.create_study(direction="minimize", sampler=sampler(name, seed))
        self.trials = {}

    def restore(self, trials):
        self.study.add_trials(
            [
                optuna.trial.create_trial(
                    params=inward(self.ranges, trial["configuration"]),
                    distributions=self.distributions,
                    value=trial["value"],
                )
                for trial in trials
            ]
        )

    def ask(self, count):
        asked = [self.study.ask(self.distributions) for _ in range(count)]
        self.trials.update({trial.number: trial for trial in asked})
        return [
            {"index": trial.number, "configuration": outward(self.ranges, trial.params)}
            for trial in asked
        ]

    def tell(self, index, value):
        self.study.tell(self.trials.pop(index), value)


def sampler(name, seed):
    if name == "optuna-tpe":
        return optuna.samplers.TPESampler(seed=seed, constant_liar=True)
    if name == "optuna-tpe-multivariate":
        return optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)
    if name == "optuna-cma-es":
        return optuna.samplers.CmaEsSampler(seed=seed)
    if name == "optuna-gp":
        return optuna.samplers.GPSampler(seed=seed)
    raise ValueError(f"there is no Optuna sampler for {name}")


def distribution(one):
    if one["kind"] == "categorical":
        return CategoricalDistribution(one["values"])
    low, high, is_log = bounds(one)
    kind = IntDistribution if one["kind"] == "integer" else FloatDistribution
    return kind(low, high, log=is_log)
