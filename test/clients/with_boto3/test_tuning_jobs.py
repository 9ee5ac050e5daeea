"""Tuning jobs: strategies, several algorithms, and the ways in which they end."""

import unittest

from job_requests import (
    ended_tuning_job,
    running_training_job,
    sagemaker,
    trained,
    tune,
    tuned_definition,
    tuning_config,
    unique,
    until,
    upload_program,
)


class TuningJobs(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.source = upload_program()

    def test_a_random_search_is_described_with_its_counters_and_its_best_job(self):
        name = unique("random")
        config = tuning_config(5)
        job = tune(name, config, tuned_definition(self.source))
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["HyperParameterTuningJobConfig"], config)
        counters = {"Completed": 5, "InProgress": 0, "RetryableError": 0, "NonRetryableError": 0, "Stopped": 0}
        self.assertEqual(job["TrainingJobStatusCounters"], counters)
        self.assertEqual(job["ObjectiveStatusCounters"], {"Succeeded": 5, "Pending": 0, "Failed": 0})
        self.assertGreaterEqual(job["ConsumedResources"]["RuntimeInSeconds"], 0)
        self.assertIn("NumberOfTrainingJobsObjectiveNotImproving", job["TuningJobCompletionDetails"])
        self.assertLessEqual(job["CreationTime"], job["HyperParameterTuningEndTime"])

        summaries = trained(name, SortBy="FinalObjectiveMetricValue", SortOrder="Ascending")
        values = [each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for each in summaries]
        self.assertEqual(values, sorted(values))
        best = job["BestTrainingJob"]
        self.assertEqual(best["TrainingJobName"], summaries[0]["TrainingJobName"])
        self.assertEqual(best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"], values[0])
        described = sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
        self.assertEqual(described["HyperParameters"]["x"], best["TunedHyperParameters"]["x"])
        self.assertEqual(described["HyperParameters"]["_tuning_objective_metric"], "loss")
        self.assertEqual(described["TuningJobArn"], job["HyperParameterTuningJobArn"])

    def test_one_seed_gives_one_search(self):
        tried = []
        for _run in range(2):
            name = unique("seeded")
            tune(name, tuning_config(3, parallel=1, strategy="Bayesian"), tuned_definition(self.source, epochs=1))
            summaries = trained(name, SortBy="CreationTime", SortOrder="Ascending")
            tried.append([each["TunedHyperParameters"]["x"] for each in summaries])
        self.assertEqual(tried[0], tried[1])

    def test_a_grid_search_tries_every_combination_once(self):
        name = unique("grid")
        ranges = {
            "CategoricalParameterRanges": [
                {"Name": "x", "Values": ["0.1", "0.3"]},
                {"Name": "epochs", "Values": ["1", "2"]},
            ]
        }
        job = tune(
            name, tuning_config(None, strategy="Grid", ParameterRanges=ranges), tuned_definition(self.source)
        )
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        tried = sorted((each["TunedHyperParameters"]["x"], each["TunedHyperParameters"]["epochs"]) for each in trained(name))
        self.assertEqual(tried, [("0.1", "1"), ("0.1", "2"), ("0.3", "1"), ("0.3", "2")])
        self.assertEqual(job["BestTrainingJob"]["TunedHyperParameters"], {"x": "0.3", "epochs": "2"})

    def test_two_algorithms_are_tuned_together(self):
        name = unique("algorithms")
        definitions = [
            {
                **tuned_definition(self.source, epochs=epochs),
                "DefinitionName": definition,
                "TuningObjective": {"Type": "Minimize", "MetricName": "loss"},
                "HyperParameterRanges": {
                    "ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]
                },
            }
            for definition, epochs in (("short", 1), ("long", 4))
        ]
        config = tuning_config(6)
        del config["HyperParameterTuningJobObjective"], config["ParameterRanges"]
        sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name,
            HyperParameterTuningJobConfig=config,
            TrainingJobDefinitions=definitions,
        )
        job = ended_tuning_job(name)
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual([each["DefinitionName"] for each in job["TrainingJobDefinitions"]], ["short", "long"])
        self.assertEqual({each["TrainingJobDefinitionName"] for each in trained(name)}, {"short", "long"})
        self.assertIn(job["BestTrainingJob"]["TrainingJobDefinitionName"], ("short", "long"))
        self.assertEqual(job["ObjectiveStatusCounters"]["Succeeded"], 6)

    def test_a_job_ends_at_its_target(self):
        name = unique("target")
        criteria = {"TargetObjectiveMetricValue": 100.0}
        job = tune(
            name, tuning_config(50, parallel=1, TuningJobCompletionCriteria=criteria), tuned_definition(self.source)
        )
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["TrainingJobStatusCounters"]["Completed"], 1)

    def test_a_job_ends_when_nothing_improves_any_more(self):
        name = unique("not-improving")
        criteria = {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}
        # Every training job comes to the same loss, so that the first is the best.
        ranges = {"CategoricalParameterRanges": [{"Name": "colour", "Values": [f"shade-{number}" for number in range(9)]}]}
        job = tune(
            name,
            tuning_config(50, parallel=1, TuningJobCompletionCriteria=criteria, ParameterRanges=ranges),
            tuned_definition(self.source, x=0.3, epochs=1),
        )
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["TrainingJobStatusCounters"]["Completed"], 4)
        self.assertEqual(job["TuningJobCompletionDetails"]["NumberOfTrainingJobsObjectiveNotImproving"], 3)

    def test_early_stopping_stops_a_job_with_a_bad_curve(self):
        name = unique("early")
        # A grid goes in order: three good ones teach what the fourth is worth.
        ranges = {"CategoricalParameterRanges": [{"Name": "x", "Values": ["0.2", "0.3", "0.4", "9"]}]}
        job = tune(
            name,
            tuning_config(
                None, parallel=1, strategy="Grid", ParameterRanges=ranges, TrainingJobEarlyStoppingType="Auto"
            ),
            tuned_definition(self.source, epochs=10, epoch_seconds=0.2),
        )
        statuses = {each["TunedHyperParameters"]["x"]: each["TrainingJobStatus"] for each in trained(name)}
        self.assertEqual(statuses, {"0.2": "Completed", "0.3": "Completed", "0.4": "Completed", "9": "Stopped"})
        self.assertEqual(job["TrainingJobStatusCounters"]["Stopped"], 1)
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        # What it had come to by then counts as its objective.
        self.assertEqual(job["ObjectiveStatusCounters"], {"Succeeded": 4, "Pending": 0, "Failed": 0})
        (stopped,) = trained(name, StatusEquals="Stopped")
        described = sagemaker.describe_training_job(TrainingJobName=stopped["TrainingJobName"])
        self.assertEqual(described["SecondaryStatus"], "Stopped")
        self.assertGreater(stopped["FinalHyperParameterTuningJobObjectiveMetric"]["Value"], 70)

    def test_a_running_tuning_job_is_stopped_with_its_training_jobs(self):
        name = unique("stop")
        sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name,
            HyperParameterTuningJobConfig=tuning_config(50, parallel=2),
            TrainingJobDefinition=tuned_definition(self.source, epochs=1000, epoch_seconds=0.1),
        )
        first = until(lambda: trained(name), lambda jobs: len(jobs) > 0)[0]["TrainingJobName"]
        running_training_job(first)
        sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        stopping = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        self.assertIn(stopping["HyperParameterTuningJobStatus"], ("Stopping", "Stopped"))
        job = ended_tuning_job(name)
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Stopped")
        self.assertEqual(job["TrainingJobStatusCounters"]["InProgress"], 0)
        self.assertEqual({each["TrainingJobStatus"] for each in trained(name)}, {"Stopped"})
        self.assertEqual(sagemaker.describe_training_job(TrainingJobName=first)["TrainingJobStatus"], "Stopped")

    def test_failed_training_jobs_are_counted_and_do_not_end_the_search(self):
        name = unique("failures")
        ranges = {"CategoricalParameterRanges": [{"Name": "fail", "Values": ["0", "1"]}]}
        job = tune(
            name,
            tuning_config(None, strategy="Grid", ParameterRanges=ranges),
            tuned_definition(self.source, epochs=1),
        )
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["TrainingJobStatusCounters"]["NonRetryableError"], 1)
        self.assertEqual(job["ObjectiveStatusCounters"], {"Succeeded": 1, "Pending": 0, "Failed": 1})
        (failed,) = trained(name, StatusEquals="Failed")
        self.assertEqual(failed["ObjectiveStatus"], "Failed")
        self.assertIn("The data are not what they should be.", failed["FailureReason"])

    def test_a_search_in_which_everything_fails_has_failed(self):
        job = tune(unique("all-fail"), tuning_config(2), tuned_definition(self.source, epochs=1, fail=1))
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Failed")
        self.assertIn("FailureReason", job)
        self.assertNotIn("BestTrainingJob", job)

    def test_tuning_jobs_are_listed_by_page_and_status_and_deleted_when_ended(self):
        prefix = unique("listed")
        names = [f"{prefix}-{number}" for number in range(3)]
        for name in names:
            tune(name, tuning_config(1, parallel=1), tuned_definition(self.source, epochs=1))
        pages = list(
            sagemaker.get_paginator("list_hyper_parameter_tuning_jobs").paginate(
                NameContains=prefix, SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 2}
            )
        )
        self.assertEqual([len(page["HyperParameterTuningJobSummaries"]) for page in pages], [2, 1])
        summaries = [each for page in pages for each in page["HyperParameterTuningJobSummaries"]]
        self.assertEqual([each["HyperParameterTuningJobName"] for each in summaries], names)
        self.assertEqual(summaries[0]["Strategy"], "Random")
        self.assertEqual(summaries[0]["TrainingJobStatusCounters"]["Completed"], 1)
        listed = sagemaker.list_hyper_parameter_tuning_jobs(NameContains=prefix, StatusEquals="InProgress")
        self.assertEqual(listed["HyperParameterTuningJobSummaries"], [])
        sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName=names[0])
        left = sagemaker.list_hyper_parameter_tuning_jobs(NameContains=prefix)["HyperParameterTuningJobSummaries"]
        self.assertEqual(len(left), 2)
