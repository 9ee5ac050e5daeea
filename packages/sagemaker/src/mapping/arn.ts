import type { JobReference } from '@fleetune/scheduler';

/** Whose resources the ARNs of this Fleetune name. */
export interface Account {
  readonly region: string;
  /** 12 digits. */
  readonly accountId: string;
}

/** @param options.accountId 12 digits; default `000000000000`. */
export function accountOf(options: { readonly region: string; readonly accountId?: string }): Account {
  return { region: options.region, accountId: options.accountId ?? '000000000000' };
}

export function trainingJobArn(account: Account, trainingJobName: string): string {
  return arn(account, 'training-job', trainingJobName);
}

export function tuningJobArn(account: Account, tuningJobName: string): string {
  return arn(account, 'hyper-parameter-tuning-job', tuningJobName);
}

/** The job that an ARN names; undefined when the ARN is of another account, region or kind of resource. */
export function jobOfArn({ region, accountId }: Account, resourceArn: string): JobReference | undefined {
  const [, , , arnRegion, arnAccount, resource = ''] = resourceArn.split(':');
  const [resourceKind = '', name, ...rest] = resource.split('/');
  const kind = Object.hasOwn(JOB_KINDS, resourceKind) ? JOB_KINDS[resourceKind] : undefined;
  const isOurs = arnRegion === region && arnAccount === accountId && rest.length === 0;
  return isOurs && kind !== undefined && name ? { kind, name } : undefined;
}

const JOB_KINDS: Readonly<Record<string, JobReference['kind']>> = {
  'training-job': 'training job',
  'hyper-parameter-tuning-job': 'tuning job',
};

function arn({ region, accountId }: Account, kind: string, name: string): string {
  return `arn:aws:sagemaker:${region}:${accountId}:${kind}/${name}`;
}
