import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from fleetune import load_checkpoint, load_state, save_checkpoint, save_state

# Saves again and again, until it is killed; each checkpoint is a folder whose two files must agree.
ENDLESS = """
import sys
from fleetune import save_checkpoint, save_state

def write(path, count):
    path.mkdir()
    (path / "one").write_text(str(count) * 1000)
    (path / "two").write_text(str(count) * 1000)

for count in range(10**9):
    save_checkpoint(lambda path: write(path, count % 10), "pair", sys.argv[1])
    save_state({"count": count, "filling": "x" * 100_000}, folder=sys.argv[1])
    if count == 20:
        print("saving", flush=True)
"""


class CheckpointTest(unittest.TestCase):
    def setUp(self) -> None:
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = Path(kept.name)

    def test_finds_what_was_saved_and_nothing_before(self) -> None:
        self.assertIsNone(load_checkpoint("model.bin", self.folder))
        self.assertEqual(load_state({"epoch": 0}, folder=self.folder), {"epoch": 0})
        saved = save_checkpoint(lambda path: path.write_bytes(b"weights"), "model.bin", self.folder)
        save_state({"epoch": 3}, folder=self.folder)
        self.assertEqual(load_checkpoint("model.bin", self.folder), saved)
        self.assertEqual(saved.read_bytes(), b"weights")
        self.assertEqual(load_state(folder=self.folder), {"epoch": 3})
        self.assertEqual(sorted(os.listdir(self.folder)), ["model.bin", "state.json"])

    def test_keeps_the_last_one_when_writing_fails(self) -> None:
        save_state(1, folder=self.folder)

        def half(path: Path) -> None:
            path.write_text("half")
            raise OSError("the disk is full")

        with self.assertRaisesRegex(OSError, "full"):
            save_checkpoint(half, "state.json", self.folder)
        with self.assertRaises(FileNotFoundError):
            save_checkpoint(lambda path: None, "state.json", self.folder)
        self.assertEqual(load_state(folder=self.folder), 1)
        self.assertEqual(os.listdir(self.folder), ["state.json"])

    def test_is_whole_whenever_the_program_is_killed(self) -> None:
        sources = str(Path(__file__).parents[1] / "src")
        environment = {**os.environ, "PYTHONPATH": sources}
        command = [sys.executable, "-c", ENDLESS, str(self.folder)]
        for _ in range(10):
            with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as program:
                assert program.stdout is not None
                program.stdout.readline()
                program.kill()
            pair = load_checkpoint("pair", self.folder)
            assert pair is not None
            self.assertEqual((pair / "one").read_text(), (pair / "two").read_text())
            json.loads((self.folder / "state.json").read_text())

    def test_takes_the_folder_of_the_job(self) -> None:
        before = os.environ.get("SM_CHECKPOINT_DIR")
        os.environ["SM_CHECKPOINT_DIR"] = str(self.folder / "of the job")
        try:
            self.assertEqual(save_state(1).parent, self.folder / "of the job")
        finally:
            if before is None:
                del os.environ["SM_CHECKPOINT_DIR"]
            else:
                os.environ["SM_CHECKPOINT_DIR"] = before

    def test_refuses_names_that_lead_elsewhere(self) -> None:
        for name in ("", "..", "a/b", ".hidden"):
            with self.assertRaises(ValueError):
                save_state(1, name, self.folder)


if __name__ == "__main__":
    unittest.main()
