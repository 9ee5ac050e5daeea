/** Hyperparameter by which script mode names the source of the program: an address, or a folder inside a channel. */
export const SUBMIT_DIRECTORY = 'sagemaker_submit_directory';

/** SDKs write the platform's own hyperparameters as JSON text (`"train.py"`), people write them bare. */
export function platformValue(text: string | undefined): string {
  if (text === undefined || text === '') return '';
  try {
    const value: unknown = JSON.parse(text);
    return value === null ? '' : typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}
