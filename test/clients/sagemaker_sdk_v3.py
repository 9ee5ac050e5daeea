"""The SageMaker Python SDK v3: a training job from source code with streamed logs, then a tuning job.

Prints what the SDK's objects say as one line of JSON, last. Nothing in here knows Fleetune: the endpoint and the
credentials come from the environment.
"""

import json
import logging
import shutil
import sys
import tempfile
from pathlib import Path

from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.parameter import ContinuousParameter, IntegerParameter
from sagemaker.core.training.configs import Compute, InputData, OutputDataConfig, SourceCode
from sagemaker.train import ModelTrainer
from sagemaker.train.tuner import HyperparameterTuner

ROLE = "arn:aws:iam::000000000000:role/trainer"
ACCURACY = {"Name": "validation:accuracy", "Regex": r"validation accuracy: ([0-9.]+)"}


def main() -> None:
    data, sources, jobs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    # The SDK logs what the program prints, and leaves the rest of logging to the application.
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    # The bucket is named because the SDK asks STS for the account at an address of its own, whatever the endpoint is.
    session = Session(default_bucket="digits-sdk-v3")
    bucket = session.default_bucket()
    inputs = [
        InputData(channel_name=channel, data_source=session.upload_data(f"{data}/{channel}", bucket, f"digits/{channel}"))
        for channel in ("train", "validation")
    ]
    trainer = ModelTrainer(
        training_image=image_uris.retrieve("sklearn", "us-east-1", "1.2-1"),
        source_code=SourceCode(source_dir=source_with_reading(sources), entry_script="train.py", requirements="requirements.txt"),
        compute=Compute(instance_type="ml.m5.large", instance_count=1),
        hyperparameters={"max_depth": 4, "trees": 20, "note": "digits & more"},
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{bucket}/output"),
        role=ROLE,
        base_job_name="digits",
        sagemaker_session=session,
    )
    trainer.train(input_data_config=inputs, logs=True)
    job = trainer._latest_training_job.refresh()

    tuner = HyperparameterTuner(
        model_trainer=trainer,
        objective_metric_name="validation:accuracy",
        metric_definitions=[ACCURACY],
        hyperparameter_ranges={"max_depth": IntegerParameter(2, 12), "max_features": ContinuousParameter(0.05, 0.5)},
        objective_type="Maximize",
        max_jobs=jobs,
        max_parallel_jobs=2,
        base_tuning_job_name="forest",
    )
    tuner.tune(inputs=inputs, wait=True)
    described = tuner.describe()
    best = described.best_training_job
    print()
    print(
        json.dumps(
            {
                "trainingJobStatus": job.training_job_status,
                "model": job.model_artifacts.s3_model_artifacts,
                "tuningJobStatus": described.hyper_parameter_tuning_job_status,
                "completed": described.training_job_status_counters.completed,
                "best": tuner.best_training_job(),
                "bestValue": best.final_hyper_parameter_tuning_job_objective_metric.value,
                "tuned": best.tuned_hyper_parameters,
            }
        )
    )


def source_with_reading(sources: str) -> str:
    """The SDK v3 takes one folder, where v2 takes a source and its dependencies."""
    folder = Path(tempfile.mkdtemp(), "source")
    shutil.copytree(f"{sources}/forest", folder)
    shutil.copytree(f"{sources}/reading", folder / "reading")
    return str(folder)


main()
