"""Sends the requests on standard input through boto3 and prints what came back, as JSON."""

import json
import sys
import time
from datetime import datetime

import boto3
from botocore.exceptions import ClientError


def main() -> None:
    requests = json.load(sys.stdin)
    client = boto3.client("sagemaker")
    tuning_name = requests["tuning"]["HyperParameterTuningJobName"]
    training_name = requests["training"]["TrainingJobName"]

    client.create_training_job(**requests["training"])
    training_statuses, training_job = watch(
        lambda: client.describe_training_job(TrainingJobName=training_name), "TrainingJobStatus"
    )
    client.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName=training_name)
    client.create_hyper_parameter_tuning_job(**requests["tuning"])
    tuning_statuses, tuning_job = watch(
        lambda: client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=tuning_name),
        "HyperParameterTuningJobStatus",
    )
    # Two a page, so that the paginator has something to do.
    pages = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=tuning_name, PaginationConfig={"PageSize": 2}
    )
    tuned = [summary for page in pages for summary in page["TrainingJobSummaries"]]
    seen = {
        "tuningStatuses": tuning_statuses,
        "tuningJob": tuning_job,
        "tuned": tuned,
        "trainingStatuses": training_statuses,
        "trainingJob": training_job,
        "listedTuningJobs": [
            job["HyperParameterTuningJobName"]
            for job in client.list_hyper_parameter_tuning_jobs(NameContains=tuning_name)["HyperParameterTuningJobSummaries"]
        ],
        "listedTrainingJobs": [
            job["TrainingJobName"] for job in client.list_training_jobs(NameContains=training_name)["TrainingJobSummaries"]
        ],
        "unknownJobError": error_of(lambda: client.describe_training_job(TrainingJobName="nobody")),
        "takenNameError": error_of(lambda: client.create_training_job(**requests["training"])),
    }
    json.dump(seen, sys.stdout, default=as_json)


def watch(describe, status_member):
    statuses = []
    while True:
        answer = describe()
        answer.pop("ResponseMetadata")
        if not statuses or statuses[-1] != answer[status_member]:
            statuses.append(answer[status_member])
        if statuses[-1] not in ("InProgress", "Stopping"):
            return statuses, answer
        time.sleep(0.1)


def error_of(call) -> str:
    try:
        call()
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return "none"


def as_json(value):
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    raise TypeError(type(value))


main()
