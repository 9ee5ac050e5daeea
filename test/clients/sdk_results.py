"""What the `fleetune` package's data frames say of a tuning job, as one line of JSON."""

import json
import sys

from fleetune.results import Results, ServerError

results = Results()
jobs = results.tuning_jobs()
tuning_job = jobs["name"][0]
trainings = results.training_jobs(tuning_job)
best = trainings.sort_values("objective", ascending=False).iloc[0]
points = results.metrics(best["name"])
try:
    results.metrics("nowhere")
    refusal = ""
except ServerError as error:
    refusal = str(error)
try:
    Results(url="http://127.0.0.1:9", token="none").tuning_jobs()
    silence = ""
except ServerError as error:
    silence = str(error)
print(
    json.dumps(
        {
            "tuningJob": jobs.iloc[0].to_dict(),
            "columns": sorted(trainings.columns),
            "rows": len(trainings),
            "best": best["name"],
            "bestValue": best["objective"],
            "seconds": float((trainings["endTime"] - trainings["startTime"]).dt.total_seconds().min()),
            "point": [points["metric"].iloc[-1], points["value"].iloc[-1]],
            "arguments": sys.argv[1:],
            "refusal": refusal,
            "silence": silence,
        }
    )
)
