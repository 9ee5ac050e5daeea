import type { CreateTuningJobBody } from '@fleetune/api/contract';
import { pythonLiteral } from './python-literal.js';

/** Strategies that SageMaker's own API knows. */
const SAGEMAKER_STRATEGIES = ['Bayesian', 'Random', 'Grid', 'Hyperband'];

/** The same tuning job by boto3; where SageMaker's API cannot say something, a comment does. */
export function boto3Script(body: CreateTuningJobBody): string {
  const automatic = Object.values(body.ranges).some((range) => 'hint' in range);
  const request = present({
    HyperParameterTuningJobName: body.name ?? 'my-tuning-job',
    HyperParameterTuningJobConfig: tuningConfig(body),
    TrainingJobDefinition: trainingDefinition(body),
    WarmStartConfig: warmStartConfig(body),
    Autotune: automatic ? { Mode: 'Enabled' } : undefined,
    Tags: Object.entries(body.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
  });
  const lines = Object.entries(request).map(([name, value]) => `    ${name}=${pythonLiteral(value, '    ')},\n`);
  const remarks = comments(body).map((comment) => `# ${comment}\n`);
  return `import boto3\n\n${remarks.join('')}sagemaker = boto3.client("sagemaker")  # AWS_ENDPOINT_URL is all that differs\nsagemaker.create_hyper_parameter_tuning_job(\n${lines.join('')})\n`;
}

function tuningConfig(body: CreateTuningJobBody) {
  const { limits, completion } = body;
  const criteria = present({
    TargetObjectiveMetricValue: completion?.targetObjectiveValue,
    BestObjectiveNotImproving:
      completion?.maxTrainingJobsNotImproving === undefined
        ? undefined
        : { MaxNumberOfTrainingJobsNotImproving: completion.maxTrainingJobsNotImproving },
    ConvergenceDetected: completion?.completeOnConvergence === true ? { CompleteOnConvergence: 'Enabled' } : undefined,
  });
  return present({
    Strategy: strategyName(body),
    HyperParameterTuningJobObjective: { Type: body.objective.type, MetricName: body.objective.metric },
    ResourceLimits: present({
      MaxNumberOfTrainingJobs: limits.maxTrainingJobs,
      MaxParallelTrainingJobs: limits.maxParallelTrainingJobs,
      MaxRuntimeInSeconds: limits.maxRuntimeSeconds,
    }),
    ParameterRanges: parameterRanges(body),
    TrainingJobEarlyStoppingType: body.earlyStopping ?? 'Off',
    TuningJobCompletionCriteria: Object.keys(criteria).length === 0 ? undefined : criteria,
    RandomSeed: body.seed,
  });
}

function parameterRanges({ ranges }: CreateTuningJobBody) {
  const sorted: Record<string, unknown[]> = {};
  const put = (list: string, range: unknown) => {
    sorted[list] = [...(sorted[list] ?? []), range];
  };
  for (const [Name, range] of Object.entries(ranges)) {
    if ('values' in range) put('CategoricalParameterRanges', { Name, Values: range.values.map(String) });
    else if ('hint' in range) put('AutoParameters', { Name, ValueHint: String(range.hint) });
    else {
      const kind = range.type === 'integer' ? 'IntegerParameterRanges' : 'ContinuousParameterRanges';
      const ends = { MinValue: String(range.min), MaxValue: String(range.max), ScalingType: range.scaling ?? 'Auto' };
      put(kind, { Name, ...ends });
    }
  }
  return sorted;
}

function warmStartConfig({ warmStart }: CreateTuningJobBody) {
  if (warmStart === undefined) return undefined;
  return {
    ParentHyperParameterTuningJobs: warmStart.parents.map((name) => ({ HyperParameterTuningJobName: name })),
    WarmStartType: warmStart.type,
  };
}

function trainingDefinition(body: CreateTuningJobBody) {
  const { algorithm } = body;
  const program =
    'script' in algorithm ? { sagemaker_program: algorithm.script, sagemaker_submit_directory: algorithm.source } : {};
  const statics = Object.entries({ ...body.hyperparameters, ...program }).map(([name, value]) => [name, String(value)]);
  return present({
    AlgorithmSpecification: {
      ...algorithmSpecification(algorithm),
      TrainingInputMode: 'File',
      MetricDefinitions: Object.entries(body.metrics ?? {}).map(([Name, Regex]) => ({ Name, Regex })),
    },
    StaticHyperParameters: Object.fromEntries(statics),
    InputDataConfig: Object.entries(body.channels ?? {}).map(([ChannelName, channel]) => ({
      ChannelName,
      DataSource: {
        S3DataSource: { S3DataType: 'S3Prefix', S3Uri: typeof channel === 'string' ? channel : channel.uri },
      },
      ...(typeof channel !== 'string' && channel.contentType !== undefined ? { ContentType: channel.contentType } : {}),
    })),
    OutputDataConfig: { S3OutputPath: body.output ?? 's3://my-bucket/output' },
    ...resources(body),
    StoppingCondition: { MaxRuntimeInSeconds: body.stopping?.maxRuntimeSeconds ?? 86_400 },
    RoleArn: 'arn:aws:iam::000000000000:role/fleetune',
    Environment:
      body.environment === undefined
        ? undefined
        : Object.fromEntries(Object.entries(body.environment).map(([name, value]) => [name, String(value)])),
  });
}

function algorithmSpecification(algorithm: CreateTuningJobBody['algorithm']) {
  if ('builtin' in algorithm) {
    return { TrainingImage: `683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-${algorithm.builtin}:1.7-1` };
  }
  if ('image' in algorithm) {
    return present({
      TrainingImage: algorithm.image,
      ContainerEntrypoint: algorithm.entrypoint,
      ContainerArguments: algorithm.arguments,
    });
  }
  if ('command' in algorithm) return { TrainingImage: 'YOUR-IMAGE', ContainerEntrypoint: algorithm.command };
  return { TrainingImage: 'YOUR-FRAMEWORK-IMAGE' };
}

function resources({ instance, instances }: CreateTuningJobBody) {
  const [first, ...others] = instances ?? (instance === undefined ? [] : [instance]);
  if (first === undefined) return {};
  if (others.length === 0) {
    return {
      ResourceConfig: {
        InstanceType: first.type,
        InstanceCount: first.count ?? 1,
        VolumeSizeInGB: first.volumeSizeGib ?? 30,
      },
    };
  }
  const configs = [first, ...others].map((one) => ({
    InstanceType: one.type,
    InstanceCount: one.count ?? 1,
    VolumeSizeInGB: one.volumeSizeGib ?? 30,
  }));
  return { HyperParameterTuningResourceConfig: { InstanceConfigs: configs } };
}

function comments(body: CreateTuningJobBody): string[] {
  const remarks: string[] = [];
  const strategy = strategyName(body);
  if (!SAGEMAKER_STRATEGIES.includes(strategy)) {
    remarks.push(`${strategy} is Fleetune's own; boto3 refuses it, the API takes it.`);
  }
  if ('command' in body.algorithm) remarks.push("SageMaker's API runs images, not plain commands: name one.");
  if ('script' in body.algorithm) remarks.push("SageMaker's API wants a framework image beside the script: name one.");
  return remarks;
}

function strategyName({ strategy }: CreateTuningJobBody): string {
  return typeof strategy === 'object' ? strategy.name : (strategy ?? 'Bayesian');
}

function present<Fields extends Record<string, unknown>>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
}
