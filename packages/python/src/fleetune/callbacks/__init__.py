"""Callbacks that report a framework's own metrics, one module a framework. Only the module you import needs it.

| module | what it has |
|---|---|
| `fleetune.callbacks.xgboost` | `ReportCallback` for `xgboost.train`, `xgboost.cv` and the scikit-learn estimators |
| `fleetune.callbacks.lightgbm` | `report_evaluation` for `lightgbm.train`, `lightgbm.cv` and the estimators |
| `fleetune.callbacks.scikit_learn` | `report_boosting` for gradient boosting, `report_scores` for cross-validation |
| `fleetune.callbacks.keras` | `ReportCallback` for `Model.fit` |
| `fleetune.callbacks.lightning` | `ReportCallback` for `Trainer` |

Metrics are named `<data>:<metric>`, such as `validation:logloss`, where a framework tells data sets apart.
"""
