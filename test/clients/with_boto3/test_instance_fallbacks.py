"""Instance fallbacks: which entry of the list serves, by what the fleet has room for.

The fleet has one slot of ml.m4.xlarge, room for ml.m5.4xlarge beside it, and nothing else.
"""

import unittest

from job_requests import (
    ended_training_job,
    ended_tuning_job,
    running_training_job,
    sagemaker,
    trained,
    training_job,
    tuned_definition,
    tuning_config,
    unique,
    until,
    upload_program,
)


def list_instances(name):
    """All instance types that an experiment used, found as in the post that announced fallbacks."""
    job_list = []
    instances = []

    def _get_training_jobs(name, next=None):
        if next:
            page = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
                HyperParameterTuningJobName=name, NextToken=next
            )
        else:
            page = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        for job in page["TrainingJobSummaries"]:
            job_list.append(job["TrainingJobName"])
        next = page.get("NextToken", None)
        if next:
            _get_training_jobs(name, next=next)

    _get_training_jobs(name)
    for job_name in job_list:
        description = sagemaker.describe_training_job(TrainingJobName=job_name)
        instances.append(description["ResourceConfig"]["InstanceType"])
    return instances


def definition(source, *instance_types, **static):
    entries = [{"InstanceType": each, "InstanceCount": 1, "VolumeSizeInGB": 5} for each in instance_types]
    training = tuned_definition(source, **static)
    del training["ResourceConfig"]
    return {**training, "HyperParameterTuningResourceConfig": {"InstanceConfigs": entries}}


class InstanceFallbacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = upload_program()

    def tune(self, prefix, jobs, parallel, training):
        name = unique(prefix)
        sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name,
            HyperParameterTuningJobConfig=tuning_config(jobs, parallel=parallel),
            TrainingJobDefinition=training,
        )
        return name

    def test_the_first_entry_serves_while_it_is_free(self):
        name = self.tune("first-free", 3, 1, definition(self.source, "ml.m4.xlarge", "ml.m5.4xlarge"))
        job = ended_tuning_job(name)
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(set(list_instances(name)), {"ml.m4.xlarge"})
        resources = job["TrainingJobDefinition"]["HyperParameterTuningResourceConfig"]
        self.assertEqual([each["InstanceType"] for each in resources["InstanceConfigs"]], ["ml.m4.xlarge", "ml.m5.4xlarge"])

    def test_the_second_entry_serves_when_the_first_is_full(self):
        occupant = unique("occupant")
        sagemaker.create_training_job(
            **{
                **training_job(occupant, self.source, {"epochs": 1000, "epoch_seconds": 0.1}),
                "ResourceConfig": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5},
            }
        )
        running_training_job(occupant)
        name = self.tune("first-full", 3, 1, definition(self.source, "ml.m4.xlarge", "ml.m5.4xlarge"))
        status = ended_tuning_job(name)["HyperParameterTuningJobStatus"]
        sagemaker.stop_training_job(TrainingJobName=occupant)
        ended_training_job(occupant)
        self.assertEqual(status, "Completed")
        self.assertEqual(set(list_instances(name)), {"ml.m5.4xlarge"})

    def test_both_entries_serve_what_one_cannot_hold(self):
        # More than a page of the list holds.
        training = definition(self.source, "ml.m4.xlarge", "ml.m5.4xlarge", epochs=3, epoch_seconds=0.2)
        name = self.tune("overflow", 12, 5, training)
        self.assertEqual(ended_tuning_job(name)["HyperParameterTuningJobStatus"], "Completed")
        instances = list_instances(name)
        self.assertEqual(len(instances), 12)
        self.assertEqual(set(instances), {"ml.m4.xlarge", "ml.m5.4xlarge"})

    def test_the_second_entry_serves_when_nobody_offers_the_first(self):
        name = self.tune("first-absent", 3, 1, definition(self.source, "ml.p4d.24xlarge", "ml.m5.4xlarge"))
        self.assertEqual(ended_tuning_job(name)["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(set(list_instances(name)), {"ml.m5.4xlarge"})

    def test_a_list_that_nobody_offers_waits_and_can_be_stopped(self):
        name = self.tune("none", 2, 1, definition(self.source, "ml.p4d.24xlarge", "ml.p5.48xlarge"))
        (waiting,) = until(lambda: trained(name), lambda jobs: len(jobs) > 0)
        describe = lambda: sagemaker.describe_training_job(TrainingJobName=waiting["TrainingJobName"])
        says = lambda job: job["SecondaryStatusTransitions"][-1]["StatusMessage"]
        job = until(describe, lambda job: says(job) != "Waiting for a free instance")
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("InProgress", "Starting"))
        self.assertIn("InsufficientCapacity: no agent offers ml.p4d.24xlarge, ml.p5.48xlarge", says(job))
        sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        self.assertEqual(ended_tuning_job(name)["HyperParameterTuningJobStatus"], "Stopped")
        self.assertEqual(ended_training_job(waiting["TrainingJobName"])["TrainingJobStatus"], "Stopped")
