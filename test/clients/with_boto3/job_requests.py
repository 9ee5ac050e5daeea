"""Requests of cheap jobs, and what the test modules share. The endpoint and the credentials are in the environment."""

from __future__ import annotations

import io
import tarfile
import time
import uuid
from pathlib import Path
from typing import Any, Callable

import boto3
from botocore.exceptions import ClientError

BUCKET = "boto3-clients"
ROLE = "arn:aws:iam::000000000000:role/service-role/trainer"
XGBOOST_IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
PROGRAM = Path(__file__).resolve().parent.parent / "training" / "train.py"

RUNNING = ("InProgress", "Stopping")
LOSS = {"Name": "loss", "Regex": r"loss=(\S+)"}

sagemaker = boto3.client("sagemaker")


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def upload_program(program: Path = PROGRAM, s3: Any = None, bucket: str = BUCKET) -> str:
    """Uploads a training program as script mode wants it, and says where it is."""
    s3 = s3 or boto3.client("s3")
    try:
        s3.create_bucket(Bucket=bucket)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(program, "train.py")
    key = f"source/{program.stem}/sourcedir.tar.gz"
    s3.put_object(Bucket=bucket, Key=key, Body=packed.getvalue())
    return f"s3://{bucket}/{key}"


def script_mode(source: str, **hyperparameters: Any) -> dict[str, str]:
    program = {"sagemaker_program": "train.py", "sagemaker_submit_directory": source}
    return {**program, **{name: str(value) for name, value in hyperparameters.items()}}


def definition(source: str, instance_type: str = "ml.m5.large") -> dict[str, Any]:
    """What a training job and a training job definition of a tuning job have in common."""
    return {
        "AlgorithmSpecification": {
            "TrainingImage": XGBOOST_IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [LOSS],
        },
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/output"},
        "ResourceConfig": {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 120},
    }


def training_job(name: str, source: str, hyperparameters: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": name,
        **definition(source),
        "HyperParameters": script_mode(source, **(hyperparameters or {})),
        **changes,
    }


def tuned_definition(source: str, **static: Any) -> dict[str, Any]:
    return {**definition(source), "StaticHyperParameters": script_mode(source, **static)}


def tuning_config(jobs: int | None, parallel: int = 2, strategy: str = "Random", **changes: Any) -> dict[str, Any]:
    limits = {"MaxParallelTrainingJobs": parallel}
    if jobs is not None:
        limits["MaxNumberOfTrainingJobs"] = jobs
    return {
        "Strategy": strategy,
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
        "ResourceLimits": limits,
        "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]},
        "RandomSeed": 7,
        **changes,
    }


def tune(name: str, config: dict[str, Any], training: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Creates a tuning job, waits for its end, and describes it."""
    sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, HyperParameterTuningJobConfig=config, TrainingJobDefinition=training, **more
    )
    return ended_tuning_job(name)


def ended_training_job(name: str) -> dict[str, Any]:
    describe = lambda: sagemaker.describe_training_job(TrainingJobName=name)
    return until(describe, lambda job: job["TrainingJobStatus"] not in RUNNING)


def ended_tuning_job(name: str) -> dict[str, Any]:
    describe = lambda: sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    return until(describe, lambda job: job["HyperParameterTuningJobStatus"] not in RUNNING)


def running_training_job(name: str) -> dict[str, Any]:
    """Waits until the program of a training job runs."""
    describe = lambda: sagemaker.describe_training_job(TrainingJobName=name)
    return until(describe, lambda job: job["SecondaryStatus"] not in ("Starting", "Downloading", "Pending"))


def trained(name: str, **query: Any) -> list[dict[str, Any]]:
    """The training jobs of a tuning job."""
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=name, **query
    )
    return pages.build_full_result()["TrainingJobSummaries"]


def until(ask: Callable[[], Any], good: Callable[[Any], bool], seconds: float = 120) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if good(answer):
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {seconds} s; the last answer: {answer}")
        time.sleep(0.1)


def error_of(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """Code and message of the error that a call must end in."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError(f"{call.__name__} was not refused")
