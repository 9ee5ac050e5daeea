"""The services around SageMaker that its programs ask on their way: STS, IAM, ECR and S3."""

import os
import tempfile
import unittest
import urllib.error
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from job_requests import error_of, unique

MIB = 1024 * 1024


class Identity(unittest.TestCase):
    def test_sts_says_who_asks(self):
        identity = boto3.client("sts").get_caller_identity()
        self.assertRegex(identity["Account"], r"^\d{12}$")
        self.assertIn(identity["Account"], identity["Arn"])

    def test_iam_knows_every_role(self):
        role = boto3.client("iam").get_role(RoleName="trainer")["Role"]
        self.assertRegex(role["Arn"], r"^arn:aws:iam::\d{12}:role/trainer$")

    def test_ecr_knows_the_images_of_built_in_algorithms(self):
        ecr = boto3.client("ecr")
        (repository,) = ecr.describe_repositories(repositoryNames=["sagemaker-xgboost"])["repositories"]
        self.assertEqual(repository["repositoryName"], "sagemaker-xgboost")
        images = ecr.describe_images(repositoryName="sagemaker-xgboost", imageIds=[{"imageTag": "1.7-1"}])
        self.assertEqual(images["imageDetails"][0]["imageTags"], ["1.7-1"])
        with self.assertRaises(ecr.exceptions.RepositoryNotFoundException):
            ecr.describe_images(repositoryName="mine", imageIds=[{"imageTag": "1"}])


class Objects(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.s3 = boto3.client("s3")
        cls.bucket = unique("objects")
        cls.s3.create_bucket(Bucket=cls.bucket)
        cls.s3.get_waiter("bucket_exists").wait(Bucket=cls.bucket)

    @classmethod
    def tearDownClass(cls):
        boto3.resource("s3").Bucket(cls.bucket).objects.all().delete()
        cls.s3.delete_bucket(Bucket=cls.bucket)
        cls.s3.get_waiter("bucket_not_exists").wait(Bucket=cls.bucket)

    def test_a_large_file_goes_up_and_comes_down_in_parts(self):
        content = os.urandom(17 * MIB + 1)
        config = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=6 * MIB)
        with tempfile.TemporaryDirectory() as folder:
            there, back = os.path.join(folder, "there"), os.path.join(folder, "back")
            with open(there, "wb") as file:
                file.write(content)
            self.s3.upload_file(there, self.bucket, "large", Config=config)
            self.s3.download_file(self.bucket, "large", back, Config=config)
            with open(back, "rb") as file:
                self.assertEqual(file.read(), content)
        head = self.s3.head_object(Bucket=self.bucket, Key="large")
        self.assertEqual((head["ContentLength"], head["ETag"].strip('"').split("-")[1]), (len(content), "3"))
        ranged = self.s3.get_object(Bucket=self.bucket, Key="large", Range="bytes=5-9")
        self.assertEqual((ranged["Body"].read(), ranged["ContentRange"]), (content[5:10], f"bytes 5-9/{len(content)}"))

    def test_the_resource_of_the_guide_uploads(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"1,2\n")
            file.flush()
            boto3.Session().resource("s3").Bucket(self.bucket).Object("demo/train/train.csv").upload_file(file.name)
        self.assertEqual(self.s3.get_object(Bucket=self.bucket, Key="demo/train/train.csv")["Body"].read(), b"1,2\n")

    def test_keys_are_listed_by_page_and_folder(self):
        for number in range(7):
            self.s3.put_object(Bucket=self.bucket, Key=f"many/key {number}", Body=b"x" * number)
        pages = list(
            self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix="many/", PaginationConfig={"PageSize": 3}
            )
        )
        self.assertEqual([page["KeyCount"] for page in pages], [3, 3, 1])
        sizes = [each["Size"] for page in pages for each in page["Contents"]]
        self.assertEqual(sizes, list(range(7)))
        folders = self.s3.list_objects_v2(Bucket=self.bucket, Prefix="many", Delimiter="/")["CommonPrefixes"]
        self.assertEqual(folders, [{"Prefix": "many/"}])

    def test_a_signed_url_serves_whoever_has_it_as_it_is(self):
        key = {"Bucket": self.bucket, "Key": "signed/by url"}
        # The library for URLs would add a content type of its own, and some signatures cover it.
        upload = {**key, "ContentType": "text/plain"}
        url = self.s3.generate_presigned_url("put_object", Params=upload, ExpiresIn=60)
        headers = {"Content-Type": "text/plain"}
        urllib.request.urlopen(urllib.request.Request(url, data=b"by url", method="PUT", headers=headers)).read()
        url = self.s3.generate_presigned_url("get_object", Params=key, ExpiresIn=60)
        with urllib.request.urlopen(url) as answer:
            self.assertEqual(answer.read(), b"by url")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url.replace("signed/", "other/"))
        self.assertEqual(refused.exception.code, 403)

    def test_what_is_not_there_is_told_as_s3_tells_it(self):
        self.assertEqual(error_of(self.s3.get_object, Bucket=self.bucket, Key="none")[0], "NoSuchKey")
        self.assertEqual(error_of(self.s3.head_object, Bucket=self.bucket, Key="none")[0], "404")
        self.assertEqual(error_of(self.s3.list_objects_v2, Bucket=unique("none"))[0], "NoSuchBucket")
