"""One trial as a training script: hyperparameters in, one line of score out."""

import argparse

from trials import TRIALS

parser = argparse.ArgumentParser()
parser.add_argument("--trial")
given, rest = parser.parse_known_args()
settings = {rest[at].lstrip("-"): rest[at + 1] for at in range(0, len(rest), 2)}
print(f"score={TRIALS[given.trial](settings)};", flush=True)
