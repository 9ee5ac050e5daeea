"""Training jobs in containers of their own images, which nothing on the agent stands in for.

IMAGE is the name of the image; its program is train.sh. The agent gives a job 96 MiB of memory.
"""

import io
import os
import sys
import tarfile
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "clients" / "with_boto3"))

import boto3  # noqa: E402
from job_requests import (  # noqa: E402
    BUCKET,
    LOSS,
    ROLE,
    ended_training_job,
    running_training_job,
    sagemaker,
    trained,
    tune,
    tuning_config,
    unique,
)

IMAGE = os.environ["IMAGE"]
MODEL = "model.tar.gz"

s3 = boto3.client("s3")


def definition(**algorithm):
    return {
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [LOSS],
            **algorithm,
        },
        "RoleArn": ROLE,
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/numbers/"}},
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/output"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 120},
    }


def create(mode, **algorithm):
    name = unique(mode)
    sagemaker.create_training_job(
        TrainingJobName=name, HyperParameters={"mode": mode}, **definition(**algorithm)
    )
    return name


def files_of_model(job):
    bucket, _, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    packed = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        return {Path(member.name).name: archive.extractfile(member).read() for member in archive if member.isfile()}


class TrainingImages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="numbers/numbers.csv", Body=b"1,2,3")

    def test_a_job_goes_from_its_image_to_its_model(self):
        job = ended_training_job(create("learn"))
        self.assertEqual("Completed", job["TrainingJobStatus"])
        self.assertEqual([("loss", 0.25)], [(one["MetricName"], one["Value"]) for one in job["FinalMetricDataList"]])
        self.assertEqual({"weights": b"weights\n"}, files_of_model(job))
        transitions = job["SecondaryStatusTransitions"]
        self.assertEqual(
            ["Starting", "Downloading", "Training", "Uploading", "Completed"], [one["Status"] for one in transitions]
        )

    def test_the_job_says_what_runs_in_its_image(self):
        name = create("learn", ContainerEntrypoint=["/bin/sh", "-c"], ContainerArguments=["echo loss=3"])
        self.assertEqual([3.0], [one["Value"] for one in ended_training_job(name)["FinalMetricDataList"]])

    def test_a_stopped_job_keeps_what_it_saved(self):
        name = create("hold")
        running_training_job(name)
        sagemaker.stop_training_job(TrainingJobName=name)
        job = ended_training_job(name)
        self.assertEqual(("Stopped", "Stopped"), (job["TrainingJobStatus"], job["SecondaryStatus"]))
        self.assertEqual({"weights": b"saved\n"}, files_of_model(job))

    def test_a_job_that_needs_more_memory_is_told_how_much_it_had(self):
        job = ended_training_job(create("devour"))
        self.assertEqual("Failed", job["TrainingJobStatus"])
        self.assertRegex(job["FailureReason"], r"^AlgorithmError: .*exit code 137.*out of memory.*96 MiB")

    def test_a_failure_is_explained_by_the_image(self):
        job = ended_training_job(create("fail"))
        self.assertRegex(job["FailureReason"], r"exit code 9.*no such column: label")

    def test_a_tuning_job_trains_in_its_image(self):
        name = unique("tuned")
        training = {**definition(), "StaticHyperParameters": {"mode": "learn"}}
        job = tune(name, tuning_config(3), training)
        self.assertEqual("Completed", job["HyperParameterTuningJobStatus"])
        for one in trained(name):
            objective = one["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
            self.assertAlmostEqual(float(one["TunedHyperParameters"]["x"]), objective, places=5)


if __name__ == "__main__":
    unittest.main()
