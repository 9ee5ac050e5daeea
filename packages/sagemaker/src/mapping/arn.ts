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

function arn({ region, accountId }: Account, kind: string, name: string): string {
  return `arn:aws:sagemaker:${region}:${accountId}:${kind}/${name}`;
}
