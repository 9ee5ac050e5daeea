"""The examples of SageMaker's guide on automatic model tuning, on data of this size."""

import random
import unittest

import boto3
from job_requests import BUCKET, ROLE, XGBOOST_IMAGE, ended_tuning_job, sagemaker, trained, unique, upload_program


def rows(count: int, seed: int) -> bytes:
    """CSV without a header, the label first: a sum of two features decides it, most of the time."""
    chance = random.Random(seed)
    lines = []
    for _row in range(count):
        features = [chance.random() for _feature in range(4)]
        label = int(features[0] + features[1] + chance.gauss(0, 0.2) > 1)
        lines.append(",".join([str(label), *(f"{feature:.4f}" for feature in features)]))
    return "\n".join(lines).encode()


def channel(name: str) -> dict:
    source = {
        "S3DataDistributionType": "FullyReplicated",
        "S3DataType": "S3Prefix",
        "S3Uri": f"s3://{BUCKET}/guide/{name}",
    }
    return {
        "ChannelName": name,
        "CompressionType": "None",
        "ContentType": "csv",
        "DataSource": {"S3DataSource": source},
    }


class Guide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        upload_program()
        for number, name in enumerate(("train", "validation")):
            body = rows(400, seed=number)
            boto3.client("s3").put_object(Bucket=BUCKET, Key=f"guide/{name}/{name}.csv", Body=body)

    def test_the_tuning_job_of_the_guide_finds_the_best_auc(self):
        name = unique("MyTuningJob")
        config = {
            "ParameterRanges": {
                "CategoricalParameterRanges": [],
                "ContinuousParameterRanges": [
                    {"MaxValue": "1", "MinValue": "0", "Name": "eta"},
                    {"MaxValue": "2", "MinValue": "0", "Name": "alpha"},
                    {"MaxValue": "10", "MinValue": "1", "Name": "min_child_weight"},
                ],
                "IntegerParameterRanges": [{"MaxValue": "10", "MinValue": "1", "Name": "max_depth"}],
            },
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 6, "MaxParallelTrainingJobs": 3},
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"MetricName": "validation:auc", "Type": "Maximize"},
            "RandomSeed": 123,
        }
        training = {
            "AlgorithmSpecification": {"TrainingImage": XGBOOST_IMAGE, "TrainingInputMode": "File"},
            "InputDataConfig": [channel("train"), channel("validation")],
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/guide/output"},
            "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.c4.2xlarge", "VolumeSizeInGB": 10},
            "RoleArn": ROLE,
            "StaticHyperParameters": {
                "eval_metric": "auc",
                "num_round": "20",
                "objective": "binary:logistic",
                "rate_drop": "0.3",
                "tweedie_variance_power": "1.4",
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 43200},
        }
        sagemaker.create_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name, HyperParameterTuningJobConfig=config, TrainingJobDefinition=training
        )
        job = ended_tuning_job(name)
        self.assertEqual(job["HyperParameterTuningJobStatus"], "Completed")
        self.assertEqual(job["ObjectiveStatusCounters"], {"Succeeded": 6, "Pending": 0, "Failed": 0})
        self.assertEqual(job["HyperParameterTuningJobConfig"], config)
        best = job["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]
        self.assertEqual(best["MetricName"], "validation:auc")
        values = [each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for each in trained(name)]
        self.assertEqual(best["Value"], max(values))
        self.assertGreater(best["Value"], 0.8)
