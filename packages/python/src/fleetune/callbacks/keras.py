"""Reports what Keras logs after each epoch."""

from __future__ import annotations

from typing import Any, Optional

from keras.callbacks import Callback

from fleetune.reporting import report


class ReportCallback(Callback):
    """`model.fit(..., callbacks=[ReportCallback()])` reports `train:loss`, and `validation:loss` for `val_loss`."""

    def on_epoch_end(self, epoch: int, logs: Optional[dict[str, Any]] = None) -> None:
        for name, value in (logs or {}).items():
            data, metric = ("validation", name[len("val_") :]) if name.startswith("val_") else ("train", name)
            report(f"{data}:{metric}", float(value), epoch)
