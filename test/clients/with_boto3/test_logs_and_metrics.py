"""What training jobs print and report, as CloudWatch Logs and CloudWatch tell it."""

import datetime
import unittest

import boto3
from job_requests import (
    ended_training_job,
    running_training_job,
    sagemaker,
    training_job,
    unique,
    until,
    upload_program,
)

GROUP = "/aws/sagemaker/TrainingJobs"
HOUR = datetime.timedelta(hours=1)

logs = boto3.client("logs")
cloudwatch = boto3.client("cloudwatch")


class LogsAndMetrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = upload_program()
        cls.job = unique("logged")
        sagemaker.create_training_job(**training_job(cls.job, cls.source, {"x": 0.3, "epochs": 25}))
        cls.description = ended_training_job(cls.job)
        cls.losses = [0.1 / (epoch + 1) for epoch in range(25)]

    def stream(self, job):
        streams = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=f"{job}/")["logStreams"]
        self.assertEqual(len(streams), 1)
        return streams[0]["logStreamName"]

    def read(self, job, limit):
        """Reads to the end: where the token that leads on is the one that led here."""
        messages, more = [], {}
        while True:
            page = logs.get_log_events(
                logGroupName=GROUP, logStreamName=self.stream(job), startFromHead=True, limit=limit, **more
            )
            messages += [event["message"] for event in page["events"]]
            if more.get("nextToken") == page["nextForwardToken"]:
                return messages
            more = {"nextToken": page["nextForwardToken"]}

    def test_the_group_and_the_stream_are_those_of_sagemaker(self):
        groups = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="/aws/sagemaker/")
        self.assertIn(GROUP, [group["logGroupName"] for group in groups.build_full_result()["logGroups"]])
        created = int(self.description["CreationTime"].timestamp())
        self.assertRegex(self.stream(self.job), rf"^{self.job}/algo-1-{created}")

    def test_a_log_is_read_page_by_page_to_its_end(self):
        expected = [f"epoch={epoch} loss={loss:.6f}" for epoch, loss in enumerate(self.losses)]
        self.assertEqual(self.read(self.job, limit=10), expected)

    def test_lines_are_filtered_over_all_streams(self):
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=GROUP, logStreamNamePrefix=self.job, filterPattern='"epoch=1 "', PaginationConfig={"PageSize": 2}
        )
        events = [event for page in pages for event in page["events"]]
        self.assertEqual([event["message"] for event in events], ["epoch=1 loss=0.050000"])
        self.assertEqual(events[0]["logStreamName"], self.stream(self.job))

    def test_a_log_is_read_while_the_program_runs(self):
        name = unique("followed")
        sagemaker.create_training_job(**training_job(name, self.source, {"epochs": 1000, "epoch_seconds": 0.1}))
        running_training_job(name)
        until(lambda: self.read(name, limit=100), lambda lines: len(lines) >= 3)
        self.assertEqual(sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"], "InProgress")
        sagemaker.stop_training_job(TrainingJobName=name)
        ended_training_job(name)

    def test_every_metric_is_charted_by_the_minute_as_amtviz_does(self):
        found = {}
        for dimension in ({"Name": "TrainingJobName", "Value": self.job}, {"Name": "Host", "Value": f"{self.job}/algo-1"}):
            metrics = cloudwatch.list_metrics(Namespace=GROUP, Dimensions=[dimension])["Metrics"]
            found[dimension["Name"]] = [metric["MetricName"] for metric in metrics]
        # Metrics of the machine are not kept, so that there is nothing to chart by host.
        self.assertEqual(found, {"TrainingJobName": ["loss"], "Host": []})
        metric = {
            "Namespace": GROUP,
            "MetricName": "loss",
            "Dimensions": [{"Name": "TrainingJobName", "Value": self.job}],
        }
        (chart,) = cloudwatch.get_metric_data(
            MetricDataQueries=[
                {"Id": "loss", "MetricStat": {"Stat": "Average", "Metric": metric, "Period": 60}, "ReturnData": True}
            ],
            StartTime=self.description["TrainingStartTime"] - HOUR,
            EndTime=self.description["TrainingEndTime"] + HOUR,
        )["MetricDataResults"]
        self.assertEqual((chart["Label"], chart["StatusCode"]), ("loss", "Complete"))
        # One minute, or two where the program ran over the end of one.
        self.assertIn(len(chart["Timestamps"]), (1, 2))
        self.assertGreater(min(chart["Values"]), min(self.losses))
        self.assertLess(max(chart["Values"]), max(self.losses))

    def test_statistics_count_every_point(self):
        points = cloudwatch.get_metric_statistics(
            Namespace=GROUP,
            MetricName="loss",
            Dimensions=[{"Name": "TrainingJobName", "Value": self.job}],
            StartTime=self.description["TrainingStartTime"] - HOUR,
            EndTime=self.description["TrainingEndTime"] + HOUR,
            Period=60,
            Statistics=["SampleCount", "Maximum"],
        )["Datapoints"]
        self.assertEqual(sum(point["SampleCount"] for point in points), 25)
        self.assertAlmostEqual(max(point["Maximum"] for point in points), 0.1, places=5)

    def test_unknown_streams_are_not_found(self):
        with self.assertRaises(logs.exceptions.ResourceNotFoundException):
            logs.get_log_events(logGroupName=GROUP, logStreamName="nobody/algo-1-1")
