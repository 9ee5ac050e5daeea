"""A training that counts steps, and goes on from its checkpoint.

    --steps 20           it ends after so many
    --step_seconds 0.2   how long each takes
    --every 5            steps between two checkpoints
    --hold 12            without a checkpoint it waits after so many steps, until it is ended
"""

import argparse
import os
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--step_seconds", type=float, default=0.2)
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--hold", type=int, default=0)
    given, _others = parser.parse_known_args()

    checkpoint = Path(os.environ["SM_CHECKPOINT_DIR"], "step")
    done = int(checkpoint.read_text()) if checkpoint.exists() else 0
    print(f"resumed after {done} steps", flush=True)
    holds = given.hold if done == 0 else 0
    for step in range(done + 1, given.steps + 1):
        time.sleep(given.step_seconds)
        print(f"step={step} loss={1 / step:.6f}", flush=True)
        if step % given.every == 0:
            save(checkpoint, step)
        while step == holds:
            time.sleep(0.1)
    Path(os.environ["SM_MODEL_DIR"], "steps").write_text(str(given.steps))


def save(checkpoint: Path, step: int) -> None:
    half_written = checkpoint.with_suffix(".new")
    half_written.write_text(str(step))
    half_written.replace(checkpoint)


if __name__ == "__main__":
    main()
