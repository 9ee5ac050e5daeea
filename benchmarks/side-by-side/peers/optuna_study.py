"""Optuna as its guide runs it in parallel: processes that share a study in a journal. Points in by standard input, seconds out."""

import json
import subprocess
import sys
import time

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.ERROR)


def study_of(folder):
    storage = JournalStorage(JournalFileBackend(f"{folder}/journal.log"))
    return optuna.create_study(storage=storage, study_name="s", direction="maximize", load_if_exists=True)


def work(trial_name, trials_folder, folder, ranges):
    sys.path.insert(0, trials_folder)
    from trials import TRIALS

    study = study_of(folder)

    def objective(trial):
        return TRIALS[trial_name]({name: trial.suggest_float(name, *ends) for name, ends in ranges.items()})

    def stop_when_done(study, _trial):
        if not study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
            study.stop()

    study.optimize(objective, callbacks=[stop_when_done])


def main():
    asked = json.load(sys.stdin)
    study = study_of(asked["folder"])
    for point in asked["points"]:
        study.enqueue_trial(point)
    names = asked["points"][0].keys()
    ranges = {
        name: (min(p[name] for p in asked["points"]), max(p[name] for p in asked["points"])) for name in names
    }
    arguments = [asked["trial"], asked["trials"], asked["folder"], json.dumps(ranges)]
    started = time.monotonic()
    workers = [
        subprocess.Popen([sys.executable, __file__, *arguments]) for _ in range(asked["parallel"])
    ]
    codes = [worker.wait() for worker in workers]
    seconds = time.monotonic() - started
    if any(codes):
        raise SystemExit(f"a worker ended with {codes}")
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    print(json.dumps({"seconds": seconds, "trials": len(done), "best": study.best_value}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        work(sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4]))
    else:
        main()
