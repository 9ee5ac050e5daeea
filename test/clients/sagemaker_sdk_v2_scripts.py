"""Script mode through the SageMaker Python SDK v2: framework estimators, then one tuning job over two of them.

Prints what the SDK's objects say as one line of JSON, last. Nothing in here knows Fleetune: the endpoint and the
credentials come from the environment.
"""

import json
import sys

import sagemaker
from sagemaker.analytics import HyperparameterTuningJobAnalytics
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.tuner import CategoricalParameter, ContinuousParameter, HyperparameterTuner, IntegerParameter
from sagemaker.xgboost.estimator import XGBoost

METRIC = "validation:accuracy"
DEFINITIONS = [{"Name": METRIC, "Regex": r"validation accuracy: ([0-9.]+)"}]


def main() -> None:
    data, sources, jobs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    session = sagemaker.Session(default_bucket="digits-sdk-scripts")
    bucket = session.default_bucket()
    inputs = {channel: session.upload_data(f"{data}/{channel}", bucket, f"digits/{channel}") for channel in ("train", "validation")}
    common = {
        "role": "arn:aws:iam::000000000000:role/trainer",
        "instance_count": 1,
        "instance_type": "ml.m5.large",
        "output_path": f"s3://{bucket}/output",
        "code_location": f"s3://{bucket}/code",
        "sagemaker_session": session,
        "metric_definitions": DEFINITIONS,
    }
    forest = SKLearn(
        entry_point="train.py",
        source_dir=f"{sources}/forest",
        dependencies=[f"{sources}/reading"],
        framework_version="1.2-1",
        py_version="py3",
        hyperparameters={"trees": 20, "note": "digits & more", "max_depth": 4},
        **common,
    )
    forest.fit(inputs, logs="All")
    # Tuning gives the estimators another job's name.
    forest_seen = seen_of(forest)
    boosted = XGBoost(
        entry_point="train.sh",
        source_dir=f"{sources}/boosted",
        framework_version="1.7-1",
        hyperparameters={"rounds": 5, "max_depth": 3},
        **common,
    )
    boosted.fit(inputs, logs="All")
    boosted_seen = seen_of(boosted)

    tuner = HyperparameterTuner.create(
        estimator_dict={"forest": forest, "boosted": boosted},
        objective_metric_name_dict={"forest": METRIC, "boosted": METRIC},
        metric_definitions_dict={"forest": DEFINITIONS, "boosted": DEFINITIONS},
        hyperparameter_ranges_dict={
            "forest": {"max_depth": IntegerParameter(2, 12), "max_features": ContinuousParameter(0.05, 0.5)},
            "boosted": {"eta": ContinuousParameter(0.05, 0.6), "booster": CategoricalParameter(["gbtree", "dart"])},
        },
        objective_type="Maximize",
        max_jobs=jobs,
        max_parallel_jobs=2,
        base_tuning_job_name="two",
    )
    tuner.fit({"forest": inputs, "boosted": inputs}, include_cls_metadata={"forest": False, "boosted": False})
    tuner.wait()
    frame = HyperparameterTuningJobAnalytics(tuner.latest_tuning_job.name, sagemaker_session=session).dataframe()
    best = tuner.best_estimator()
    print()
    print(
        json.dumps(
            {
                "forest": forest_seen,
                "boosted": boosted_seen,
                "status": tuner.describe()["HyperParameterTuningJobStatus"],
                "statuses": sorted(frame["TrainingJobStatus"]),
                "definitions": sorted(set(frame["TrainingJobDefinitionName"])),
                "columns": sorted(frame.columns),
                "bestValue": float(frame["FinalObjectiveValue"].max()),
                "best": tuner.best_training_job(),
                "bestEstimator": type(best).__name__,
                "bestModel": best.model_data,
            }
        )
    )


def seen_of(estimator) -> dict:
    accuracies = estimator.training_job_analytics.dataframe()["value"]
    return {"job": estimator.latest_training_job.name, "model": estimator.model_data, "accuracy": float(accuracies.iloc[-1])}


main()
