"""Reports what a PyTorch Lightning module logs, after each epoch."""

from __future__ import annotations

from typing import Any

try:
    from lightning.pytorch.callbacks import Callback
except ImportError:
    from pytorch_lightning.callbacks import Callback

from fleetune.reporting import report


class ReportCallback(Callback):
    """`Trainer(callbacks=[ReportCallback()])` reports what the module logs, by the names it logs it under."""

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        # By then the epoch's validation has run, and the metrics of both are here.
        if trainer.is_global_zero:
            for name, value in trainer.callback_metrics.items():
                report(name, float(value), trainer.current_epoch)
