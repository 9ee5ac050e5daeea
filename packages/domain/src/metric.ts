/**
 * Where a metric's values stand in the training job's log: the first capture group of `regex`, tried on every line.
 * SageMaker's `MetricDefinition`.
 */
export interface MetricDefinition {
  /** 1 to 255 characters. */
  readonly name: string;
  /** 1 to 500 characters, RE2 syntax (linear time). */
  readonly regex: string;
}

export interface MetricPoint {
  readonly name: string;
  readonly value: number;
  /** Zero-based count of this metric's points within the attempt. */
  readonly step: number;
  readonly timestampMs: number;
}

/** The value a metric ended with, as `FinalMetricDataList` shows it. */
export interface FinalMetric {
  readonly name: string;
  readonly value: number;
  readonly timestampMs: number;
}
