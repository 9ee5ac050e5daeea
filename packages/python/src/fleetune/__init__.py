"""For training scripts that Fleetune runs."""

from fleetune.checkpoints import checkpoint_folder, load_checkpoint, load_state, save_checkpoint, save_state
from fleetune.folds import Fold, FoldError, current_fold
from fleetune.reporting import metric_definition, report
from fleetune.training import TrainingEnvironment, training_environment

__all__ = [
    "Fold",
    "FoldError",
    "TrainingEnvironment",
    "checkpoint_folder",
    "current_fold",
    "load_checkpoint",
    "load_state",
    "metric_definition",
    "report",
    "save_checkpoint",
    "save_state",
    "training_environment",
]
__version__ = "0.1.0"
