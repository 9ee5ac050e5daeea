"""The seed's own way through the SageMaker Python SDK v2: one training with streamed logs, then a tuning job, then
another that starts from its results, then one with early stopping, which is stopped.

Prints what the SDK's objects say as one line of JSON, last. Nothing in here knows Fleetune: the endpoint and the
credentials come from the environment.
"""

import json
import sys

import sagemaker
from sagemaker.analytics import HyperparameterTuningJobAnalytics
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner, IntegerParameter

WARM_STARTED_JOBS = 2


def main() -> None:
    data, jobs = sys.argv[1], int(sys.argv[2])
    # The bucket is named because the SDK asks STS for the account at an address of its own, whatever the endpoint is.
    session = sagemaker.Session(default_bucket="digits-sdk")
    bucket = session.default_bucket()
    inputs = {
        channel: TrainingInput(
            session.upload_data(f"{data}/{channel}", bucket, f"digits/{channel}"), content_type="csv"
        )
        for channel in ("train", "validation")
    }
    estimator = Estimator(
        image_uri=sagemaker.image_uris.retrieve("xgboost", session.boto_region_name, "1.7-1"),
        role="arn:aws:iam::000000000000:role/trainer",
        instance_count=1,
        instance_type="ml.m5.large",
        output_path=f"s3://{bucket}/digits/output",
        sagemaker_session=session,
        hyperparameters={
            "num_class": 10,
            "objective": "multi:softmax",
            "eval_metric": "accuracy",
            "num_round": 20,
            "early_stopping_rounds": 5,
            "max_depth": 5,
            "alpha": 0.2,
        },
    )
    estimator.fit(inputs, logs="All")
    training_job = estimator.latest_training_job.name
    training_metrics = sorted(estimator.training_job_analytics.dataframe()["metric_name"].unique())

    tuner = HyperparameterTuner(
        estimator,
        objective_metric_name="validation:accuracy",
        objective_type="Maximize",
        hyperparameter_ranges={
            "alpha": ContinuousParameter(0.01, 0.5),
            "eta": ContinuousParameter(0.1, 0.5),
            "min_child_weight": ContinuousParameter(0.0, 2.0),
            "max_depth": IntegerParameter(1, 10),
        },
        strategy="Bayesian",
        max_jobs=jobs,
        max_parallel_jobs=2,
        base_tuning_job_name="bayesian",
    )
    tuner.fit(inputs, wait=False)
    tuner.wait()
    described = tuner.describe()
    frame = HyperparameterTuningJobAnalytics(tuner.latest_tuning_job.name, sagemaker_session=session).dataframe()
    best = tuner.best_training_job()

    warm_started = tuner.identical_dataset_and_algorithm_tuner()
    warm_started.max_jobs, warm_started.max_parallel_jobs = WARM_STARTED_JOBS, 1
    warm_started.fit(inputs, wait=False)
    warm_started.wait()
    warm_description = warm_started.describe()

    stopped = HyperparameterTuner(
        estimator,
        objective_metric_name="validation:accuracy",
        hyperparameter_ranges={"eta": ContinuousParameter(0.1, 0.5)},
        max_jobs=500,
        max_parallel_jobs=1,
        early_stopping_type="Auto",
        base_tuning_job_name="stopped",
    )
    stopped.fit(inputs, wait=False)
    stopped.stop_tuning_job()
    stopped.wait()
    stopped_description = stopped.describe()
    print()
    print(
        json.dumps(
            {
                "trainingJob": training_job,
                "trainingMetrics": training_metrics,
                "status": described["HyperParameterTuningJobStatus"],
                "rows": len(frame),
                "columns": sorted(frame.columns),
                "best": best,
                "bestValue": float(frame["FinalObjectiveValue"].max()),
                "bestEstimatorModel": tuner.best_estimator().model_data,
                "tuningJob": tuner.latest_tuning_job.name,
                "warmStart": warm_description["WarmStartConfig"],
                "warmStatus": warm_description["HyperParameterTuningJobStatus"],
                "warmRows": len(warm_started.analytics().dataframe()),
                "stoppedStatus": stopped_description["HyperParameterTuningJobStatus"],
                "earlyStopping": stopped_description["HyperParameterTuningJobConfig"]["TrainingJobEarlyStoppingType"],
            }
        )
    )


main()
