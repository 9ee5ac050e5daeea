"""For training scripts that Fleetune runs."""

from fleetune.reporting import metric_definition, report

__all__ = ["metric_definition", "report"]
__version__ = "0.1.0"
