"""The errors that programs branch on."""

import unittest

import boto3
from botocore.config import Config
from job_requests import (
    ended_training_job,
    error_of,
    running_training_job,
    sagemaker,
    training_job,
    tune,
    tuned_definition,
    tuning_config,
    unique,
    upload_program,
)


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = upload_program()
        cls.tuning = unique("refusals")
        tune(cls.tuning, tuning_config(1, parallel=1), tuned_definition(cls.source, epochs=1))
        cls.training = unique("refusals")
        sagemaker.create_training_job(**training_job(cls.training, cls.source, {"epochs": 1}))
        ended_training_job(cls.training)

    def test_a_name_is_used_once(self):
        with self.assertRaises(sagemaker.exceptions.ResourceInUse) as refused:
            sagemaker.create_training_job(**training_job(self.training, self.source))
        self.assertIn(self.training, refused.exception.response["Error"]["Message"])
        with self.assertRaises(sagemaker.exceptions.ResourceInUse):
            sagemaker.create_hyper_parameter_tuning_job(
                HyperParameterTuningJobName=self.tuning,
                HyperParameterTuningJobConfig=tuning_config(1, parallel=1),
                TrainingJobDefinition=tuned_definition(self.source),
            )

    def test_unknown_training_jobs_are_told_in_the_sentence_that_programs_look_for(self):
        expected = ("ValidationException", "Requested resource not found.")
        for call in (sagemaker.describe_training_job, sagemaker.stop_training_job):
            self.assertEqual(error_of(call, TrainingJobName="nobody"), expected)

    def test_unknown_tuning_jobs_are_not_found(self):
        for call in (
            sagemaker.describe_hyper_parameter_tuning_job,
            sagemaker.stop_hyper_parameter_tuning_job,
            sagemaker.list_training_jobs_for_hyper_parameter_tuning_job,
        ):
            with self.assertRaises(sagemaker.exceptions.ResourceNotFound):
                call(HyperParameterTuningJobName="nobody")

    def test_more_than_the_quota_of_this_server_is_refused(self):
        with self.assertRaises(sagemaker.exceptions.ResourceLimitExceeded) as refused:
            sagemaker.create_hyper_parameter_tuning_job(
                HyperParameterTuningJobName=unique("large"),
                HyperParameterTuningJobConfig=tuning_config(751),
                TrainingJobDefinition=tuned_definition(self.source),
            )
        self.assertIn("750 are allowed", refused.exception.response["Error"]["Message"])

    def test_what_has_ended_cannot_be_stopped(self):
        code, message = error_of(sagemaker.stop_training_job, TrainingJobName=self.training)
        self.assertEqual(code, "ValidationException")
        self.assertIn("Completed", message)
        code, message = error_of(
            sagemaker.stop_hyper_parameter_tuning_job, HyperParameterTuningJobName=self.tuning
        )
        self.assertEqual(code, "ValidationException")
        self.assertIn("Completed", message)

    def test_what_runs_cannot_be_deleted(self):
        name = unique("running")
        sagemaker.create_training_job(**training_job(name, self.source, {"epochs": 1000, "epoch_seconds": 0.1}))
        running_training_job(name)
        with self.assertRaises(sagemaker.exceptions.ResourceInUse):
            sagemaker.delete_training_job(TrainingJobName=name)
        sagemaker.stop_training_job(TrainingJobName=name)
        ended_training_job(name)

    def test_every_fault_of_a_request_is_told_at_once_with_its_place(self):
        # The client checks less than the service: ranges of numbers and patterns go through.
        request = training_job("not_a_name", self.source)
        request["ResourceConfig"]["VolumeSizeInGB"] = 1
        request["StoppingCondition"] = {"MaxPendingTimeInSeconds": 7200, "MaxRuntimeInSeconds": 60}
        request["RoleArn"] = "not-the-arn-of-a-role-at-all"
        code, message = error_of(sagemaker.create_training_job, **request)
        self.assertEqual(code, "ValidationException")
        self.assertTrue(message.startswith("2 validation errors detected: "), message)
        self.assertIn("'trainingJobName'", message)
        self.assertIn("'roleArn'", message)

    def test_what_fleetune_does_not_do_is_refused_and_says_so(self):
        request = training_job(unique("vpc"), self.source)
        request["VpcConfig"] = {"SecurityGroupIds": ["sg-0123"], "Subnets": ["subnet-0123"]}
        code, message = error_of(sagemaker.create_training_job, **request)
        self.assertEqual(code, "ValidationException")
        self.assertIn("vpcConfig", message)

    def test_a_grid_over_numbers_is_refused(self):
        code, message = error_of(
            sagemaker.create_hyper_parameter_tuning_job,
            HyperParameterTuningJobName=unique("grid"),
            HyperParameterTuningJobConfig=tuning_config(None, strategy="Grid"),
            TrainingJobDefinition=tuned_definition(self.source),
        )
        self.assertEqual(code, "ValidationException")
        self.assertIn("categorical", message)

    def test_a_page_token_of_another_list_is_refused(self):
        code, _message = error_of(sagemaker.list_training_jobs, NextToken="made-up")
        self.assertEqual(code, "ValidationException")

    def test_strangers_are_turned_away(self):
        stranger = boto3.client("sagemaker", aws_access_key_id="STRANGERSTRANGER", aws_secret_access_key="wrong")
        self.assertEqual(error_of(stranger.list_training_jobs)[0], "UnrecognizedClientException")
        known = boto3.Session().get_credentials().access_key
        forger = boto3.client("sagemaker", aws_access_key_id=known, aws_secret_access_key="wrong")
        self.assertEqual(error_of(forger.list_training_jobs)[0], "InvalidSignatureException")

    def test_operations_that_are_not_there_are_refused_at_once(self):
        impatient = boto3.client("sagemaker", config=Config(retries={"total_max_attempts": 1}))
        self.assertEqual(error_of(impatient.list_models)[0], "UnknownOperationException")
