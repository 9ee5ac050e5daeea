"""Training jobs from creation to deletion."""

import unittest

import boto3
from botocore.exceptions import WaiterError
from job_requests import (
    BUCKET,
    ended_training_job,
    running_training_job,
    sagemaker,
    training_job,
    unique,
    until,
    upload_program,
)


class TrainingJobs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = upload_program()

    def test_a_job_is_created_awaited_described_and_its_model_downloaded(self):
        name = unique("trained")
        made = sagemaker.create_training_job(
            **training_job(name, self.source, {"x": 0.5}, Tags=[{"Key": "stage", "Value": "test"}])
        )
        ended_training_job(name)
        sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName=name)
        job = sagemaker.describe_training_job(TrainingJobName=name)
        self.assertEqual(job["TrainingJobArn"], made["TrainingJobArn"])
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Completed", "Completed"))
        transitions = job["SecondaryStatusTransitions"]
        self.assertEqual(
            [each["Status"] for each in transitions],
            ["Starting", "Downloading", "Training", "Uploading", "Completed"],
        )
        for before, after in zip(transitions, transitions[1:]):
            self.assertEqual(before["EndTime"], after["StartTime"])
        self.assertEqual([metric["MetricName"] for metric in job["FinalMetricDataList"]], ["loss"])
        self.assertAlmostEqual(job["FinalMetricDataList"][0]["Value"], 0.04 + 0.1 / 3, places=4)
        self.assertEqual(job["HyperParameters"]["x"], "0.5")
        self.assertGreaterEqual(job["TrainingTimeInSeconds"], 1)
        self.assertGreaterEqual(job["BillableTimeInSeconds"], 1)
        self.assertLessEqual(job["CreationTime"], job["TrainingStartTime"])
        self.assertLessEqual(job["TrainingStartTime"], job["TrainingEndTime"])
        model = job["ModelArtifacts"]["S3ModelArtifacts"]
        self.assertEqual(model, f"s3://{BUCKET}/output/{name}/output/model.tar.gz")
        head = boto3.client("s3").head_object(Bucket=BUCKET, Key=model.split("/", 3)[3])
        self.assertGreater(head["ContentLength"], 0)

    def test_a_failed_job_says_why_and_fails_its_waiter(self):
        name = unique("failed")
        sagemaker.create_training_job(**training_job(name, self.source, {"fail": 1}))
        job = ended_training_job(name)
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Failed", "Failed"))
        self.assertIn("The data are not what they should be.", job["FailureReason"])
        waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
        with self.assertRaises(WaiterError) as refused:
            waiter.wait(TrainingJobName=name)
        self.assertEqual(refused.exception.last_response["TrainingJobStatus"], "Failed")
        with self.assertRaises(WaiterError) as refused:
            waiter.wait(TrainingJobName=unique("nobody"))
        self.assertEqual(refused.exception.last_response["Error"]["Code"], "ValidationException")

    def test_a_running_job_is_stopped(self):
        name = unique("stopped")
        sagemaker.create_training_job(**training_job(name, self.source, {"epochs": 1000, "epoch_seconds": 0.1}))
        running_training_job(name)
        sagemaker.stop_training_job(TrainingJobName=name)
        seen = [sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]]
        waiter = sagemaker.get_waiter("training_job_completed_or_stopped")
        waiter.wait(TrainingJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        job = sagemaker.describe_training_job(TrainingJobName=name)
        self.assertIn(seen[0], ("Stopping", "Stopped"))
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Stopped", "Stopped"))
        statuses = [each["Status"] for each in job["SecondaryStatusTransitions"]]
        self.assertEqual(statuses[:4], ["Starting", "Downloading", "Training", "Stopping"])
        self.assertEqual(statuses[-1], "Stopped")

    def test_a_job_that_takes_too_long_is_stopped_at_its_runtime(self):
        name = unique("too-long")
        request = training_job(name, self.source, {"epochs": 1000, "epoch_seconds": 0.1})
        sagemaker.create_training_job(**{**request, "StoppingCondition": {"MaxRuntimeInSeconds": 1}})
        job = ended_training_job(name)
        self.assertEqual((job["TrainingJobStatus"], job["SecondaryStatus"]), ("Stopped", "MaxRuntimeExceeded"))

    def test_environment_variables_and_channels_reach_the_program(self):
        name = unique("channels")
        boto3.client("s3").put_object(Bucket=BUCKET, Key="channel/part-0.csv", Body=b"1,2\n")
        channel = {
            "ChannelName": "train",
            "ContentType": "text/csv",
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/channel"}},
        }
        sagemaker.create_training_job(
            **training_job(
                name, self.source, {"show": 1}, InputDataConfig=[channel], Environment={"SHOWN": "from the request"}
            )
        )
        self.assertEqual(ended_training_job(name)["TrainingJobStatus"], "Completed")
        group = "/aws/sagemaker/TrainingJobs"
        events = boto3.client("logs").filter_log_events(logGroupName=group, logStreamNamePrefix=f"{name}/")["events"]
        lines = [event["message"] for event in events]
        self.assertIn("SHOWN=from the request", lines)
        self.assertIn("train: part-0.csv", lines)

    def test_checkpoints_are_kept_in_s3_and_there_for_the_next_job(self):
        place = f"checkpoints/{unique('kept')}"
        for number in (1, 2):
            name = unique("saving")
            checkpoints = {"S3Uri": f"s3://{BUCKET}/{place}"}
            sagemaker.create_training_job(**training_job(name, self.source, {"save": 1}, CheckpointConfig=checkpoints))
            self.assertEqual(ended_training_job(name)["TrainingJobStatus"], "Completed")
            kept = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"{place}/trainings")["Body"].read()
            self.assertEqual(kept, str(number).encode())

    def test_a_job_is_listed_by_page_name_status_and_time(self):
        prefix = unique("listed")
        names = [f"{prefix}-{number}" for number in range(3)]
        for name in names:
            sagemaker.create_training_job(**training_job(name, self.source, {"epochs": 1}))
        for name in names:
            ended_training_job(name)
        pages = list(
            sagemaker.get_paginator("list_training_jobs").paginate(
                NameContains=prefix, SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 2}
            )
        )
        self.assertEqual([len(page["TrainingJobSummaries"]) for page in pages], [2, 1])
        summaries = [summary for page in pages for summary in page["TrainingJobSummaries"]]
        self.assertEqual([summary["TrainingJobName"] for summary in summaries], names)
        self.assertEqual({summary["TrainingJobStatus"] for summary in summaries}, {"Completed"})
        by = lambda **query: [
            each["TrainingJobName"]
            for each in sagemaker.list_training_jobs(NameContains=prefix, **query)["TrainingJobSummaries"]
        ]
        self.assertEqual(by(StatusEquals="InProgress"), [])
        self.assertEqual(by(SortBy="CreationTime", SortOrder="Descending", MaxResults=1), names[-1:])
        created = summaries[1]["CreationTime"]
        self.assertEqual(sorted(by(CreationTimeAfter=created)), names[2:])
        self.assertEqual(sorted(by(CreationTimeBefore=created)), names[:1])
        self.assertEqual(by(LastModifiedTimeBefore=summaries[0]["CreationTime"]), [])

    def test_an_update_that_changes_nothing_is_taken_and_an_ended_job_is_deleted(self):
        name = unique("deleted")
        made = sagemaker.create_training_job(**training_job(name, self.source, {"epochs": 1}))
        ended_training_job(name)
        updated = sagemaker.update_training_job(TrainingJobName=name, ResourceConfig={"KeepAlivePeriodInSeconds": 0})
        self.assertEqual(updated["TrainingJobArn"], made["TrainingJobArn"])
        sagemaker.delete_training_job(TrainingJobName=name)
        self.assertEqual(sagemaker.list_training_jobs(NameContains=name)["TrainingJobSummaries"], [])

    def test_a_job_is_in_progress_until_the_end_as_polling_sees_it(self):
        name = unique("polled")
        sagemaker.create_training_job(**training_job(name, self.source, {"epochs": 3, "epoch_seconds": 0.3}))
        seen = []

        def describe():
            job = sagemaker.describe_training_job(TrainingJobName=name)
            status = (job["TrainingJobStatus"], job["SecondaryStatus"])
            if seen[-1:] != [status]:
                seen.append(status)
            return job

        until(describe, lambda job: job["TrainingJobStatus"] != "InProgress")
        self.assertIn(("InProgress", "Training"), seen)
        self.assertEqual(seen[-1], ("Completed", "Completed"))
        self.assertEqual({status for status, _secondary in seen[:-1]}, {"InProgress"})
