"""Tags, Search, and suggestions for it."""

import unittest

from job_requests import (
    ended_training_job,
    error_of,
    sagemaker,
    trained,
    training_job,
    tune,
    tuned_definition,
    tuning_config,
    unique,
    upload_program,
)


class TagsAndSearch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = upload_program()
        cls.owner = unique("owner")
        cls.tags = [{"Key": "owner", "Value": cls.owner}, {"Key": "stage", "Value": "test"}]
        cls.alone = unique("alone")
        made = sagemaker.create_training_job(**training_job(cls.alone, cls.source, {"x": 0.9}, Tags=cls.tags))
        cls.arn = made["TrainingJobArn"]
        cls.tuning = unique("tagged")
        cls.tuning_job = tune(cls.tuning, tuning_config(4), tuned_definition(cls.source), Tags=cls.tags)
        ended_training_job(cls.alone)

    def search(self, *filters, **more):
        found = sagemaker.get_paginator("search").paginate(
            Resource="TrainingJob", SearchExpression={"Filters": list(filters), **more}, SortBy="CreationTime"
        )
        return [each["TrainingJob"] for each in found.build_full_result()["Results"]]

    def owned(self):
        return {"Name": "Tags.owner", "Operator": "Equals", "Value": self.owner}

    def test_tags_are_added_listed_by_page_and_deleted(self):
        arn = self.tuning_job["HyperParameterTuningJobArn"]
        more = [{"Key": f"key-{number:02}", "Value": str(number)} for number in range(48)]
        added = sagemaker.add_tags(ResourceArn=arn, Tags=more)
        self.assertEqual(sorted_tags(added["Tags"]), sorted_tags([*self.tags, *more]))
        # The API's smallest page holds 50, and no resource has more.
        pages = sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn, PaginationConfig={"PageSize": 50})
        self.assertEqual(sorted_tags(pages.build_full_result()["Tags"]), sorted_tags([*self.tags, *more]))
        code, message = error_of(sagemaker.add_tags, ResourceArn=arn, Tags=[{"Key": "one-more", "Value": ""}])
        self.assertEqual(code, "ValidationException", message)
        sagemaker.delete_tags(ResourceArn=arn, TagKeys=[tag["Key"] for tag in more])
        self.assertEqual(sorted_tags(sagemaker.list_tags(ResourceArn=arn)["Tags"]), self.tags)

    def test_the_tags_of_a_tuning_job_are_on_its_training_jobs(self):
        self.assertEqual(sagemaker.list_tags(ResourceArn=self.tuning_job["HyperParameterTuningJobArn"])["Tags"], self.tags)
        for summary in trained(self.tuning):
            self.assertEqual(sagemaker.list_tags(ResourceArn=summary["TrainingJobArn"])["Tags"], self.tags)

    def test_training_jobs_are_found_by_tag_hyperparameter_and_metric(self):
        self.assertEqual(len(self.search(self.owned())), 5)
        by_value = {"Name": "HyperParameters.x", "Operator": "Equals", "Value": "0.9"}
        (alone,) = self.search(self.owned(), by_value)
        self.assertEqual(alone["TrainingJobName"], self.alone)
        self.assertEqual(alone["Tags"], self.tags)
        by_metric = {"Name": "Metrics.loss", "Operator": "GreaterThan", "Value": "0.39"}
        self.assertEqual([job["TrainingJobName"] for job in self.search(self.owned(), by_metric)], [self.alone])

    def test_nested_expressions_narrow_and_widen(self):
        named = lambda name: {"Name": "TrainingJobName", "Operator": "Equals", "Value": name}
        first = trained(self.tuning)[0]["TrainingJobName"]
        either = {"Operator": "Or", "Filters": [named(self.alone), named(first)]}
        found = self.search(self.owned(), SubExpressions=[either])
        self.assertEqual({job["TrainingJobName"] for job in found}, {self.alone, first})

    def test_the_results_are_sorted_by_what_is_asked_for(self):
        page = sagemaker.search(
            Resource="TrainingJob",
            SearchExpression={"Filters": [self.owned()]},
            SortBy="Metrics.loss",
            SortOrder="Ascending",
        )
        values = [each["TrainingJob"]["FinalMetricDataList"][0]["Value"] for each in page["Results"]]
        self.assertEqual(len(values), 5)
        self.assertEqual(values, sorted(values))

    def test_tuning_jobs_are_found(self):
        found = sagemaker.search(
            Resource="HyperParameterTuningJob", SearchExpression={"Filters": [self.owned()]}
        )["Results"]
        self.assertEqual([each["HyperParameterTuningJob"]["HyperParameterTuningJobName"] for each in found], [self.tuning])

    def test_properties_are_suggested(self):
        suggested = sagemaker.get_search_suggestions(
            Resource="TrainingJob", SuggestionQuery={"PropertyNameQuery": {"PropertyNameHint": "HyperParameters."}}
        )["PropertyNameSuggestions"]
        self.assertIn({"PropertyName": "HyperParameters.x"}, suggested)


def sorted_tags(tags):
    return sorted(tags, key=lambda tag: tag["Key"])
