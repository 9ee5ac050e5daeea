"""Managed warm pools, on a fleet with one slot: whoever starts beside a pool starts in it."""

import os
import unittest

import boto3
from job_requests import (
    PROGRAM,
    definition,
    ended_training_job,
    error_of,
    sagemaker,
    training_job,
    unique,
    until,
    upload_program,
)

VISITS = PROGRAM.with_name("visits.py")
OTHER = {
    "aws_access_key_id": os.environ["OTHER_ACCESS_KEY_ID"],
    "aws_secret_access_key": os.environ["OTHER_SECRET_ACCESS_KEY"],
}
other = boto3.client("sagemaker", **OTHER)


def kept(seconds, **resources):
    return {**definition("")["ResourceConfig"], "KeepAlivePeriodInSeconds": seconds, **resources}


def describe(name):
    return sagemaker.describe_training_job(TrainingJobName=name)


def pool_of(name):
    return describe(name).get("WarmPoolStatus", {})


def available():
    listed = sagemaker.list_training_jobs(WarmPoolStatusEquals="Available")["TrainingJobSummaries"]
    return [each["TrainingJobName"] for each in listed]


def end_pool(name):
    sagemaker.update_training_job(TrainingJobName=name, ResourceConfig={"KeepAlivePeriodInSeconds": 0})
    return until(lambda: pool_of(name), lambda pool: pool["Status"] == "Terminated")


def messages(job):
    return " ".join(each["StatusMessage"] for each in job["SecondaryStatusTransitions"])


def visits(job):
    return [metric["Value"] for metric in job["FinalMetricDataList"]]


class WarmPools(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = upload_program(VISITS)

    def train(self, prefix, **changes):
        name = unique(prefix)
        sagemaker.create_training_job(**training_job(name, self.source, **changes))
        return name

    def test_a_matching_job_takes_the_slot_past_one_that_differs_until_the_pool_is_ended(self):
        first = self.train("first", ResourceConfig=kept(3600))
        self.assertEqual(visits(ended_training_job(first)), [1])
        self.assertEqual(pool_of(first)["Status"], "Available")
        self.assertEqual(describe(first)["ResourceConfig"]["KeepAlivePeriodInSeconds"], 3600)

        stranger = self.train("stranger", ResourceConfig=kept(3600, VolumeSizeInGB=2))
        second = self.train("second", ResourceConfig=kept(600))
        self.assertEqual(visits(ended_training_job(second)), [2])
        self.assertEqual(describe(stranger)["SecondaryStatus"], "Starting")
        reused = pool_of(first)
        self.assertEqual((reused["Status"], reused["ReusedByJob"]), ("Reused", second))
        self.assertGreaterEqual(reused["ResourceRetainedBillableTimeInSeconds"], 0)
        self.assertEqual(available(), [second])
        self.assertIn("Preparing the attempt in a warm pool", messages(describe(second)))
        self.assertEqual(error_of(sagemaker.delete_training_job, TrainingJobName=second)[0], "ResourceInUse")

        ended = end_pool(second)
        self.assertGreaterEqual(ended["ResourceRetainedBillableTimeInSeconds"], 1)
        last = ended_training_job(stranger)
        self.assertEqual(visits(last), [1])
        # It was put on its queue while the first job's pool waited.
        self.assertIn(f"the warm pool of {first} differs in VolumeSizeInGB: 1, not 2", messages(last))
        end_pool(stranger)

    def test_the_period_can_be_changed_while_the_pool_waits(self):
        name = self.train("updated", ResourceConfig=kept(3600))
        ended_training_job(name)
        sagemaker.update_training_job(TrainingJobName=name, ResourceConfig={"KeepAlivePeriodInSeconds": 1})
        pool = until(lambda: pool_of(name), lambda pool: pool["Status"] == "Terminated")
        self.assertGreaterEqual(pool["ResourceRetainedBillableTimeInSeconds"], 1)
        code, message = error_of(
            sagemaker.update_training_job, TrainingJobName=name, ResourceConfig={"KeepAlivePeriodInSeconds": 60}
        )
        self.assertEqual(code, "ValidationException")
        self.assertIn("Terminated", message)

    def test_another_tenant_neither_starts_in_the_slot_nor_sees_its_cache(self):
        mine = self.train("mine", ResourceConfig=kept(3600))
        self.assertEqual(visits(ended_training_job(mine)), [1])
        theirs = unique("theirs")
        output = {"S3OutputPath": "s3://others/output"}
        source = upload_program(VISITS, boto3.client("s3", **OTHER), "others")
        request = training_job(theirs, source, ResourceConfig=kept(60), OutputDataConfig=output)
        other.create_training_job(**request)
        self.assertEqual(visits(ended_training_job(self.train("again", ResourceConfig=kept(3600)))), [2])
        job = other.describe_training_job(TrainingJobName=theirs)
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("InProgress", "Starting"))
        for name in available():
            end_pool(name)
        look = lambda: other.describe_training_job(TrainingJobName=theirs)
        ended = until(look, lambda job: job["TrainingJobStatus"] not in ("InProgress", "Stopping"))
        self.assertEqual(visits(ended), [1])
        other.update_training_job(TrainingJobName=theirs, ResourceConfig={"KeepAlivePeriodInSeconds": 0})

    def test_a_job_without_a_period_has_no_pool_and_no_cache(self):
        name = self.train("cold")
        self.assertEqual(visits(ended_training_job(name)), [0])
        self.assertEqual(pool_of(name), {})

    def test_spot_and_too_long_a_period_are_refused(self):
        name = unique("refused")
        spot = {
            "EnableManagedSpotTraining": True,
            "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
        }
        request = training_job(name, self.source, ResourceConfig=kept(60), **spot)
        code, message = error_of(sagemaker.create_training_job, **request)
        self.assertEqual(code, "ValidationException")
        self.assertIn("Spot machines cannot be kept warm", message)
        request = training_job(name, self.source, ResourceConfig=kept(7200))
        self.assertIn("KeepAlivePeriodInSeconds is 7200", error_of(sagemaker.create_training_job, **request)[1])


if __name__ == "__main__":
    unittest.main()
