import json
import tempfile
import unittest
from pathlib import Path

from fleetune.training import training_environment


class TrainingEnvironmentTest(unittest.TestCase):
    def test_reads_the_variables(self) -> None:
        job = training_environment(
            {
                "TRAINING_JOB_NAME": "digits-001",
                "SM_HPS": '{"epochs": 3, "kind": "deep"}',
                "SM_CHANNELS": '["train", "my-data"]',
                "SM_CHANNEL_TRAIN": "/data/train",
                "SM_INPUT_DIR": "/root/input",
                "SM_MODEL_DIR": "/root/model",
                "SM_HOSTS": '["algo-1", "algo-2"]',
                "SM_CURRENT_HOST": "algo-2",
                "SM_NUM_CPUS": "4",
                "SM_NUM_GPUS": "1",
            }
        )
        self.assertEqual(job.job_name, "digits-001")
        self.assertEqual(job.hyperparameters, {"epochs": 3, "kind": "deep"})
        self.assertEqual(job.channels, {"train": Path("/data/train"), "my-data": Path("/root/input/data/my-data")})
        self.assertEqual(job.model_folder, Path("/root/model"))
        self.assertEqual((job.cpu_count, job.gpu_count), (4, 1))
        self.assertFalse(job.is_first_host)

    def test_reads_the_files_where_there_are_no_variables(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "config"
            config.mkdir()
            (Path(folder) / "data" / "train").mkdir(parents=True)
            texts = {"rate": "0.1", "deep": "true", "kind": "relu", "layers": "[2, 3]"}
            (config / "hyperparameters.json").write_text(json.dumps(texts))
            job = training_environment({"SM_INPUT_DIR": folder})
            self.assertEqual(dict(job.hyperparameters), {"rate": 0.1, "deep": True, "kind": "relu", "layers": [2, 3]})
            self.assertEqual(list(job.channels), ["train"])

    def test_stands_on_its_own_outside_a_job(self) -> None:
        job = training_environment({})
        self.assertIsNone(job.job_name)
        self.assertEqual(job.model_folder, Path("/opt/ml/model"))
        self.assertTrue(job.is_first_host)
        self.assertGreaterEqual(job.cpu_count, 1)

    def test_names_the_variable_that_is_broken(self) -> None:
        with self.assertRaisesRegex(ValueError, "SM_HOSTS does not hold JSON"):
            training_environment({"SM_HOSTS": "algo-1"})


if __name__ == "__main__":
    unittest.main()
