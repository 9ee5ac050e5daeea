"""The digits tuning job through SageMaker's API, with nothing of Fleetune in the program.

AWS_ENDPOINT_URL and the credentials that `fleetune up` prints are all that tells boto3 where to go. Without them, and
with a bucket and a role of one's own, the program runs on AWS as it is.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import boto3

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
"""SageMaker's XGBoost. Fleetune runs its own trainer for it and pulls nothing."""

ROLE = "arn:aws:iam::000000000000:role/unused"
POLL_SECONDS = 1
CHANNELS = ("train", "validation")
DIGITS = Path(__file__).resolve().parent.parent / "digits" / "data"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DIGITS, help="folder with the channels train and validation")
    parser.add_argument("--bucket", default="fleetune-example", help="made where there is none")
    parser.add_argument("--jobs", type=int, default=50, help="training jobs in all")
    parser.add_argument("--parallel", type=int, default=3, help="training jobs at once")
    given = parser.parse_args()

    upload(given.data, given.bucket)
    sagemaker = boto3.client("sagemaker")
    name = f"digits-{int(time.time())}"
    sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name,
        HyperParameterTuningJobConfig=tuning(given.jobs, given.parallel),
        TrainingJobDefinition=training(given.bucket),
    )
    show(sagemaker, finished(sagemaker, name))


def upload(data: Path, bucket: str) -> None:
    s3 = boto3.client("s3")
    if bucket not in [known["Name"] for known in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=bucket)
    for channel in CHANNELS:
        for file in sorted((data / channel).iterdir()):
            s3.upload_file(str(file), bucket, f"digits/{channel}/{file.name}")


def tuning(jobs: int, parallel: int) -> dict[str, Any]:
    def between(name: str, low: float, high: float) -> dict[str, str]:
        return {"Name": name, "MinValue": str(low), "MaxValue": str(high)}

    return {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "validation:accuracy"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": parallel},
        "ParameterRanges": {
            "ContinuousParameterRanges": [
                between("alpha", 0.01, 0.5),
                between("eta", 0.1, 0.5),
                between("min_child_weight", 0, 2),
            ],
            "IntegerParameterRanges": [between("max_depth", 1, 10)],
        },
    }


def training(bucket: str) -> dict[str, Any]:
    def channel(name: str) -> dict[str, Any]:
        location = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/digits/{name}/"}
        return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": location}}

    return {
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "StaticHyperParameters": {
            "objective": "multi:softmax",
            "num_class": "10",
            "eval_metric": "accuracy",
            "num_round": "200",
            "early_stopping_rounds": "5",
        },
        "InputDataConfig": [channel(name) for name in CHANNELS],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }


def finished(sagemaker: Any, name: str) -> dict[str, Any]:
    while True:
        job = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        print(f"{name}: {job['HyperParameterTuningJobStatus']} {job['TrainingJobStatusCounters']}", flush=True)
        if job["HyperParameterTuningJobStatus"] in ("Completed", "Failed", "Stopped"):
            return job
        time.sleep(POLL_SECONDS)


def show(sagemaker: Any, job: dict[str, Any]) -> None:
    best = job.get("BestTrainingJob")
    if best is None:
        raise SystemExit(f"There is no best training job: {job.get('FailureReason', 'none completed')}")
    objective = best["FinalHyperParameterTuningJobObjectiveMetric"]
    print(f"{best['TrainingJobName']}: {objective['MetricName']} {objective['Value']:.5f}")
    for name, value in sorted(best["TunedHyperParameters"].items()):
        print(f"  {name} = {value}")
    trained = sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])
    print(trained["ModelArtifacts"]["S3ModelArtifacts"])


if __name__ == "__main__":
    main()
