"""Managed spot training: the four ways that SageMaker's guide describes, and what is billed.

Spot agents offer one instance type each, and are called after the job that runs there:

    uninterrupted  ml.m5.large
    once           ml.m5.xlarge
    twice          ml.m5.2xlarge

Nobody offers ml.p3.2xlarge. FLEETUNE is how to call the command line of the fleet.
"""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

CLIENTS = Path(__file__).resolve().parent.parent
sys.path.append(str(CLIENTS / "with_boto3"))

import boto3  # noqa: E402
from job_requests import (  # noqa: E402
    BUCKET,
    ended_training_job,
    error_of,
    running_training_job,
    sagemaker,
    training_job,
    unique,
    until,
    upload_program,
)

GROUP = "/aws/sagemaker/TrainingJobs"
ATTEMPT = ["Starting", "Downloading", "Training"]
# In seconds: as long as it takes to interrupt twice on a busy machine.
PATIENCE = 30

logs = boto3.client("logs")


def fleetune(*arguments):
    command = [*json.loads(os.environ["FLEETUNE"]), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def interrupt(agent):
    fleetune("interrupt", agent, "--seconds", "1")


def log(job):
    """What the newest attempt printed."""
    streams = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=f"{job}/")["logStreams"]
    if not streams:
        return []
    page = logs.get_log_events(logGroupName=GROUP, logStreamName=streams[0]["logStreamName"], startFromHead=True)
    return [event["message"] for event in page["events"]]


def statuses(job):
    return [transition["Status"] for transition in job["SecondaryStatusTransitions"]]


def saving(job):
    """In percent, by the formula of the guide."""
    return (1 - (job["BillableTimeInSeconds"] / job["TrainingTimeInSeconds"])) * 100


class ManagedSpot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = upload_program(CLIENTS / "training" / "resumable.py")
        cls.uninterrupted = cls.create("uninterrupted", "ml.m5.large", 300)
        cls.once = cls.create("once", "ml.m5.xlarge", 300, hold=12)
        cls.twice = cls.create("twice", "ml.m5.2xlarge", PATIENCE, steps=100_000, step_seconds=0.05)
        cls.never = cls.create("never", "ml.p3.2xlarge", 5)

    @classmethod
    def create(cls, prefix, instance_type, seconds, **hyperparameters):
        name = unique(prefix)
        sagemaker.create_training_job(**cls.request(name, instance_type, seconds, **hyperparameters))
        return name

    @classmethod
    def request(cls, name, instance_type, seconds, **hyperparameters):
        return training_job(
            name,
            cls.source,
            hyperparameters,
            EnableManagedSpotTraining=True,
            CheckpointConfig={"S3Uri": f"s3://{BUCKET}/checkpoints/{name}"},
            StoppingCondition={"MaxRuntimeInSeconds": seconds, "MaxWaitTimeInSeconds": seconds},
            ResourceConfig={"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 1},
        )

    def test_spot_instances_acquired_with_no_interruption(self):
        job = ended_training_job(self.uninterrupted)
        self.assertEqual(statuses(job), [*ATTEMPT, "Uploading", "Completed"])
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Completed", "Completed"))
        self.assertIs(job["EnableManagedSpotTraining"], True)
        self.assertEqual(job["StoppingCondition"], {"MaxRuntimeInSeconds": 300, "MaxWaitTimeInSeconds": 300})
        self.assertEqual(job["ResourceConfig"]["InstanceType"], "ml.m5.large")
        self.assertGreater(saving(job), 40)
        self.assertRegex(fleetune("show", self.uninterrupted), rf"saved +{round(saving(job))} %")

    def test_spot_instances_interrupted_once(self):
        until(lambda: log(self.once), lambda lines: lines[-1:] and lines[-1].startswith("step=12 "))
        interrupt("once")
        job = ended_training_job(self.once)
        self.assertEqual(statuses(job), [*ATTEMPT, "Interrupted", *ATTEMPT, "Uploading", "Completed"])
        # Of the 12 steps, those since the last checkpoint were lost, and no more.
        lines = log(self.once)
        self.assertIn("resumed after 10 steps", lines)
        self.assertEqual([line.split()[0] for line in lines if line.startswith("step=")], [f"step={n}" for n in range(11, 21)])
        interrupted = job["SecondaryStatusTransitions"][3]
        self.assertRegex(interrupted["StatusMessage"], "drill")
        starts = [transition["StartTime"] for transition in job["SecondaryStatusTransitions"]]
        self.assertEqual(starts, sorted(starts))
        self.assertGreater(saving(job), 40)

    def test_spot_instances_interrupted_twice_and_the_time_to_wait_exceeded(self):
        for interruptions in (1, 2):
            self.assertEqual(running_training_job(self.twice)["TrainingJobStatus"], "InProgress")
            interrupt("twice")
            until(
                lambda: sagemaker.describe_training_job(TrainingJobName=self.twice),
                lambda job: statuses(job).count("Interrupted") == interruptions and job["SecondaryStatus"] == "Training",
            )
        job = ended_training_job(self.twice)
        expected = [*ATTEMPT, "Interrupted", *ATTEMPT, "Interrupted", *ATTEMPT, "Stopping", "MaxWaitTimeExceeded"]
        self.assertEqual(statuses(job), expected)
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Stopped", "MaxWaitTimeExceeded"))

    def test_spot_instances_never_launched(self):
        job = ended_training_job(self.never)
        self.assertEqual(statuses(job), ["Starting", "Stopping", "MaxWaitTimeExceeded"])
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Stopped", "MaxWaitTimeExceeded"))
        self.assertNotIn("TrainingStartTime", job)
        self.assertNotIn("BillableTimeInSeconds", job)

    def test_what_makes_no_sense_is_refused(self):
        request = self.request(unique("refused"), "ml.m5.large", 60)
        unlimited = {**request, "StoppingCondition": {"MaxRuntimeInSeconds": 60}}
        impatient = {**request, "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59}}
        forgetful = {**request, "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 3601}}
        del forgetful["CheckpointConfig"]
        steady = {**request, "EnableManagedSpotTraining": False}
        for refused, why in (
            (unlimited, "needs MaxWaitTimeInSeconds"),
            (impatient, "59 is less than MaxRuntimeInSeconds 60"),
            (forgetful, "may be 3600 at most, not 3601"),
            (steady, "(?i)maxWaitTimeInSeconds"),
        ):
            code, message = error_of(sagemaker.create_training_job, **refused)
            self.assertEqual(code, "ValidationException")
            self.assertRegex(message, why)
