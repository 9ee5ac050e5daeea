"""Searches that build on more than their own training jobs' ends: warm start, Hyperband, Autotune, convergence."""

import unittest

from job_requests import (
    error_of,
    sagemaker,
    ended_tuning_job,
    trained,
    tune,
    tuned_definition,
    tuning_config,
    unique,
    upload_program,
)


def warm_start(kind, *parents):
    return {
        "WarmStartType": kind,
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": parent} for parent in parents],
    }


class WarmStart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = upload_program()
        cls.parent = unique("parent")
        cls.config = tuning_config(4, strategy="Bayesian")
        cls.definition = tuned_definition(cls.source, epochs=1)
        tune(cls.parent, cls.config, cls.definition)

    def refusal(self, kind="IdenticalDataAndAlgorithm", parents=None, config=None, definition=None):
        code, message = error_of(
            sagemaker.create_hyper_parameter_tuning_job,
            HyperParameterTuningJobName=unique("refused"),
            HyperParameterTuningJobConfig=config or self.config,
            TrainingJobDefinition=definition or self.definition,
            WarmStartConfig=warm_start(kind, *(parents or [self.parent])),
        )
        self.assertEqual(code, "ValidationException")
        return message

    def test_identical_data_and_algorithm_knows_the_best_of_parents_and_child(self):
        config = warm_start("IdenticalDataAndAlgorithm", self.parent)
        name = unique("child")
        job = tune(name, self.config, self.definition, WarmStartConfig=config)
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["WarmStartConfig"], config)
        everything = trained(self.parent) + trained(name)
        value = lambda summary: summary["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
        self.assertEqual(value(job["OverallBestTrainingJob"]), min(map(value, everything)))
        self.assertEqual(value(job["BestTrainingJob"]), min(map(value, trained(name))))

    def test_transfer_learning_takes_other_data_and_other_ranges(self):
        ranges = {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0.1", "MaxValue": "0.6"}]}
        job = tune(
            unique("transferred"),
            {**self.config, "ParameterRanges": ranges},
            tuned_definition(self.source, epochs=2),
            WarmStartConfig=warm_start("TransferLearning", self.parent),
        )
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertNotIn("OverallBestTrainingJob", job)

    def test_a_parent_must_be_there(self):
        nobody = unique("nobody")
        self.assertIn(f'no parent tuning job "{nobody}"', self.refusal(parents=[nobody]))

    def test_a_parent_must_have_ended(self):
        name = unique("unfinished")
        sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name,
            HyperParameterTuningJobConfig=tuning_config(1, parallel=1),
            TrainingJobDefinition=tuned_definition(self.source, epochs=1000, epoch_seconds=0.1),
        )
        message = self.refusal("TransferLearning", parents=[name])
        sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        self.assertIn("must be Completed, Stopped or Failed", message)
        ended_tuning_job(name)

    def test_the_objective_must_be_the_same(self):
        objective = {"Type": "Maximize", "MetricName": "loss"}
        config = {**self.config, "HyperParameterTuningJobObjective": objective}
        self.assertIn("must be the same as here", self.refusal(config=config))

    def test_the_number_of_hyperparameters_must_be_the_same(self):
        definition = tuned_definition(self.source, epochs=1, more=1)
        self.assertIn("the number must be the same", self.refusal(definition=definition))

    def test_the_type_of_a_hyperparameter_must_not_change(self):
        ranges = {"CategoricalParameterRanges": [{"Name": "x", "Values": ["0.1", "0.2"]}]}
        message = self.refusal(config={**self.config, "ParameterRanges": ranges})
        self.assertIn("its type must not change", message)

    def test_there_are_five_parents_at_most(self):
        code, message = error_of(
            sagemaker.create_hyper_parameter_tuning_job,
            HyperParameterTuningJobName=unique("refused"),
            HyperParameterTuningJobConfig=self.config,
            TrainingJobDefinition=self.definition,
            WarmStartConfig=warm_start("TransferLearning", *[self.parent + str(number) for number in range(6)]),
        )
        self.assertEqual(code, "ValidationException")
        self.assertIn("5", message)

    def test_a_parent_is_named_once(self):
        self.assertIn("given twice", self.refusal(parents=[self.parent, self.parent]))

    def test_only_so_many_static_hyperparameters_may_change(self):
        many = {f"static_{number}": 1 for number in range(6)}
        parent = unique("many")
        tune(parent, tuning_config(1, parallel=1), tuned_definition(self.source, epochs=1, **many))
        changed = {name: 2 for name in many}
        definition = tuned_definition(self.source, epochs=1, **changed)
        self.assertIn("12 changes", self.refusal("TransferLearning", parents=[parent], definition=definition))

    def test_a_grid_learns_nothing_from_parents(self):
        ranges = {"CategoricalParameterRanges": [{"Name": "x", "Values": ["0.1", "0.2"]}]}
        config = tuning_config(None, strategy="Grid", ParameterRanges=ranges)
        self.assertIn("learns nothing", self.refusal("TransferLearning", config=config))


class LearningSearches(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = upload_program()

    def test_hyperband_stops_what_is_not_among_the_best(self):
        name = unique("hyperband")
        config = tuning_config(
            9,
            parallel=3,
            strategy="Hyperband",
            StrategyConfig={"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 9}},
        )
        job = tune(name, config, tuned_definition(self.source, epochs=9, epoch_seconds=0.3))
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["HyperParameterTuningJobConfig"]["StrategyConfig"], config["StrategyConfig"])
        counters = job["TrainingJobStatusCounters"]
        self.assertEqual(counters["Completed"] + counters["Stopped"], 9)
        self.assertGreater(counters["Stopped"], 0)
        self.assertGreater(counters["Completed"], 0)
        self.assertEqual(job["BestTrainingJob"]["ObjectiveStatus"], "Succeeded")

    def test_hyperband_must_know_how_long_a_training_is_and_stops_by_itself(self):
        refuse = lambda config, **static: error_of(
            sagemaker.create_hyper_parameter_tuning_job,
            HyperParameterTuningJobName=unique("refused"),
            HyperParameterTuningJobConfig=config,
            TrainingJobDefinition=tuned_definition(self.source, **static),
        )
        code, message = refuse(tuning_config(4, strategy="Hyperband"))
        self.assertEqual(code, "ValidationException")
        self.assertIn("MaxResource", message)
        stopping = tuning_config(4, strategy="Hyperband", TrainingJobEarlyStoppingType="Auto")
        code, message = refuse(stopping, epochs=9)
        self.assertEqual(code, "ValidationException")
        self.assertIn("TrainingJobEarlyStoppingType", message)

    def test_autotune_makes_ranges_of_hints(self):
        name = unique("autotune")
        config = {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 1},
            "ParameterRanges": {"AutoParameters": [{"Name": "x", "ValueHint": "0.3"}]},
        }
        job = tune(name, config, tuned_definition(self.source, epochs=1), Autotune={"Mode": "Enabled"})
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["Autotune"], {"Mode": "Enabled"})
        (chosen,) = job["HyperParameterTuningJobConfig"]["ParameterRanges"]["ContinuousParameterRanges"]
        self.assertEqual(chosen["Name"], "x")
        for summary in trained(name):
            tried = float(summary["TunedHyperParameters"]["x"])
            self.assertLessEqual(float(chosen["MinValue"]), tried)
            self.assertLessEqual(tried, float(chosen["MaxValue"]))

    def test_a_search_ends_when_it_has_converged(self):
        criteria = {"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}
        job = tune(
            unique("converged"),
            tuning_config(60, parallel=2, strategy="Bayesian", TuningJobCompletionCriteria=criteria),
            tuned_definition(self.source, epochs=1),
        )
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertIn("ConvergenceDetectedTime", job["TuningJobCompletionDetails"])
        self.assertLess(job["TrainingJobStatusCounters"]["Completed"], 60)
        best = job["BestTrainingJob"]["TunedHyperParameters"]["x"]
        self.assertAlmostEqual(float(best), 0.3, delta=0.05)
