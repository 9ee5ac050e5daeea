import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ended } from './create-to-starting.mjs';
import { Reader } from './reader.mjs';
import { requestSigner } from './signed-request.mjs';

/** Has agents that are started from now on take the image of {@link trainingJob} for Python with nothing installed. */
export function nameImage(folder) {
  writeFileSync(join(folder, 'requirements.txt'), '');
  const images = join(folder, 'images.json');
  writeFileSync(images, JSON.stringify({ images: [{ match: IMAGE, requirements: 'requirements.txt' }] }));
  process.env.FLEETUNE_IMAGES = images;
}

const IMAGE = 'bench';

/** The request for a training job that runs the program of a folder. */
export function trainingJob(name, folder) {
  return { TrainingJobName: name, ...definition(folder), ResourceConfig: instance() };
}

function definition(folder) {
  const program = { sagemaker_program: 'train.py', sagemaker_submit_directory: `file://${folder}` };
  return {
    AlgorithmSpecification: {
      TrainingImage: IMAGE,
      TrainingInputMode: 'File',
      MetricDefinitions: [{ Name: 'loss', Regex: 'loss=(.*?);' }],
    },
    HyperParameters: program,
    RoleArn: 'arn:aws:iam::000000000000:role/bench',
    OutputDataConfig: { S3OutputPath: 's3://fleetune/output' },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
  };
}

function instance() {
  return { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 };
}

/** One job of each kind, run to its end by the agent: what the others in the store are copies of. */
export async function createPrototypes(endpoint, folder) {
  const sign = requestSigner(endpoint);
  const reader = await Reader.connect(endpoint.url);
  await reader.ask(sign('CreateTrainingJob', trainingJob('prototype-alone', folder)));
  await ended(reader, sign, 'prototype-alone');
  const { HyperParameters, ...shared } = definition(folder);
  const range = (name) => ({ Name: name, MinValue: '0', MaxValue: '1' });
  await reader.ask(
    sign('CreateHyperParameterTuningJob', {
      HyperParameterTuningJobName: 'prototype',
      HyperParameterTuningJobConfig: {
        Strategy: 'Random',
        HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: 'loss' },
        ResourceLimits: { MaxNumberOfTrainingJobs: 1, MaxParallelTrainingJobs: 1 },
        ParameterRanges: { ContinuousParameterRanges: [range('learning_rate'), range('momentum')] },
      },
      TrainingJobDefinition: { ...shared, StaticHyperParameters: HyperParameters, ResourceConfig: instance() },
    }),
  );
  const describe = sign('DescribeHyperParameterTuningJob', { HyperParameterTuningJobName: 'prototype' });
  while (JSON.parse(await reader.ask(describe)).HyperParameterTuningJobStatus === 'InProgress') {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  reader.close();
}
