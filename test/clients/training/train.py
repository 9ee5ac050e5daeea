"""A training that costs nothing: it prints a loss that depends on x, an epoch at a time, and keeps a model.

    -x 0.3             the loss falls towards (x - 0.3)^2
    --epochs 3         how often it is printed
    --epoch_seconds 0  how long each takes
    --show 1           prints the variable SHOWN and the files of the channel train
    --save 1           counts in the folder of checkpoints how often a training came by, and prints it
    --fail 1           writes why into the failure file, and ends with exit code 1
"""

import argparse
import os
import sys
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-x", "--x", type=float, default=0.5)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--epoch_seconds", type=float, default=0.0)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--save", type=int, default=0)
    parser.add_argument("--fail", type=int, default=0)
    given, _others = parser.parse_known_args()

    if given.show:
        print(f"SHOWN={os.environ['SHOWN']}")
        for file in sorted(Path(os.environ["SM_CHANNEL_TRAIN"]).iterdir()):
            print(f"train: {file.name}")
    if given.save:
        saved = Path(os.environ["SM_CHECKPOINT_DIR"], "trainings")
        count = int(saved.read_text()) + 1 if saved.exists() else 1
        saved.write_text(str(count))
        print(f"trainings={count}")
    for epoch in range(given.epochs):
        time.sleep(given.epoch_seconds)
        loss = (given.x - 0.3) ** 2 + 0.1 / (epoch + 1)
        print(f"epoch={epoch} loss={loss:.6f}", flush=True)
    if given.fail:
        Path(os.environ["SM_OUTPUT_DIR"], "failure").write_text("The data are not what they should be.")
        sys.exit(1)
    Path(os.environ["SM_MODEL_DIR"], "x").write_text(str(given.x))


if __name__ == "__main__":
    main()
