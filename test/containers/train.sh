#!/bin/sh
# A training image's program. The hyperparameter "mode" says what it does.
case "$SM_HP_MODE" in
  learn)
    echo "read $(cat /opt/ml/input/data/train/numbers.csv) as $TRAINING_JOB_NAME"
    echo "loss=0.5"
    echo "loss=${SM_HP_X:-0.25}"
    echo "weights" > /opt/ml/model/weights
    ;;
  hold)
    trap 'echo "saved" > /opt/ml/model/weights; exit 0' TERM
    echo "holding"
    while true; do sleep 0.1; done
    ;;
  devour) tail /dev/zero ;;
  fail)
    echo "no such column: label" > /opt/ml/output/failure
    exit 9
    ;;
esac
