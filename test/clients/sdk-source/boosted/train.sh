#!/bin/sh
# A shell entry point: SageMaker's toolkit runs it with the hyperparameters as arguments.
set -e
echo "entry point $SM_USER_ENTRY_POINT with $# arguments"
exec python src/boosting.py "$@"
