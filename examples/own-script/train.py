"""Stands in for your own training: descends on a noisy quadratic. Nothing but the standard library.

Hyperparameters arrive as arguments, the model folder as SM_MODEL_DIR, and the objective is whatever the log says.
"""

import argparse
import json
import os
import random
from pathlib import Path

NOISE = 0.01


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learning_rate", type=float, required=True)
    parser.add_argument("--momentum", type=float, default=0.0)
    parser.add_argument("--steps", type=int, default=50)
    given = parser.parse_args()

    chance = random.Random(f"{given.learning_rate} {given.momentum}")
    weight, velocity, loss = 4.0, 0.0, 9.0
    for step in range(given.steps):
        gradient = 2 * (weight - 1) + chance.gauss(0, NOISE)
        velocity = given.momentum * velocity - given.learning_rate * gradient
        weight += velocity
        loss = (weight - 1) ** 2
        print(f"step={step} loss={loss:.6f}", flush=True)

    model_folder = Path(os.environ.get("SM_MODEL_DIR", "."))
    (model_folder / "model.json").write_text(json.dumps({"weight": weight, "loss": loss}))


if __name__ == "__main__":
    main()
