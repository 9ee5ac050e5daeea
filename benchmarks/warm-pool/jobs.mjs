import { pathToFileURL } from 'node:url';

const FOLDS = 5;
const DEPTHS = [2, 3, 4, 6];

/** The training jobs of a cross-validated tuning job, as an agent gets them: each setting once for every fold. */
export function foldOrders(count, sourceFolder, dataFolder) {
  return Array.from({ length: count }, (_, index) => ({
    trainingJobName: `fold-${index}`,
    trainingJobArn: `arn:aws:sagemaker:us-east-1:000000000000:training-job/fold-${index}`,
    algorithm: {
      kind: { case: 'script', value: { sourceUri: pathToFileURL(sourceFolder).href, entryPoint: 'train.py' } },
    },
    hyperparameters: {
      fold: String(index % FOLDS),
      max_depth: String(DEPTHS[Math.floor(index / FOLDS) % DEPTHS.length]),
      eta: String(0.1 + 0.8 * (index / count)),
    },
    channels: [{ name: 'train', uri: pathToFileURL(dataFolder).href, compression: 'None', attributeNames: [] }],
    outputUri: '',
    checkpointUri: '',
    instanceType: 'ml.m5.large',
    instanceCount: 1,
    environment: {},
    metricDefinitions: [{ name: 'accuracy', regex: 'accuracy=(.*?);' }],
    networkIsolation: false,
    maxRuntimeSeconds: 600,
    objectiveMetricName: 'accuracy',
    volumeSizeGib: 1,
    outputCompression: '',
    tenant: '',
  }));
}

/** Runs orders one after the other; the slot of each is free when its predecessor's is. */
export async function runInTurn(executor, orders) {
  const startupMs = [];
  const startedMs = performance.now();
  for (const order of orders) startupMs.push(await runOne(executor, order));
  return { startupMs, seconds: (performance.now() - startedMs) / 1000 };
}

let fence = 0;

async function runOne(executor, order) {
  const execution = executor.start({
    key: { trainingJobId: order.trainingJobName, fence: ++fence },
    order,
    observer: { phase() {}, metrics() {}, logGrew() {} },
    cpuCount: 1,
    gpuUuids: [],
    slotFreeAtMonotonicMs: performance.now(),
  });
  const result = await execution.result;
  if (result.outcome.kind !== 'Succeeded')
    throw new Error(`${order.trainingJobName}: ${JSON.stringify(result.outcome)}`);
  await execution.dispose();
  return result.startupMs;
}
