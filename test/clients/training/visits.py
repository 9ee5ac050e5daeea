"""A training that counts, in the persistent cache of its warm pool, how many came by; its loss is their number."""

import os
from pathlib import Path

cache = os.environ.get("SAGEMAKER_MANAGED_WARMPOOL_CACHE_DIRECTORY")
visits = 0
if cache is not None:
    seen = Path(cache, "visits")
    visits = int(seen.read_text()) + 1 if seen.exists() else 1
    seen.write_text(str(visits))
print(f"cache={cache} loss={visits}", flush=True)
Path(os.environ["SM_MODEL_DIR"], "visits").write_text(str(visits))
