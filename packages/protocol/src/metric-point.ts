import { create } from '@bufbuild/protobuf';
import type { FinalMetric, MetricPoint } from '@fleetune/domain';
import { type MetricPoint as MetricPointMessage, MetricPointSchema } from './generated/fleetune/agent/v1/agent_pb.js';
import { fromInt64, toInt64 } from './int64.js';

export function toMetricPointMessage(point: MetricPoint): MetricPointMessage {
  return create(MetricPointSchema, {
    name: point.name,
    value: point.value,
    step: point.step,
    timestampMs: toInt64(point.timestampMs),
  });
}

export function fromMetricPointMessage(message: MetricPointMessage): MetricPoint {
  return {
    name: message.name,
    value: message.value,
    step: message.step,
    timestampMs: fromInt64(message.timestampMs),
  };
}

/** Final metrics travel as points; their step says nothing and is 0. */
export function toFinalMetricMessage(metric: FinalMetric): MetricPointMessage {
  return toMetricPointMessage({ ...metric, step: 0 });
}

export function fromFinalMetricMessage(message: MetricPointMessage): FinalMetric {
  return { name: message.name, value: message.value, timestampMs: fromInt64(message.timestampMs) };
}
