import { existsSync } from 'node:fs';
import { ROOT } from '../paths.mjs';
import { algorithmEnvironment } from '../python.mjs';
import { must, say } from '../run.mjs';

const EXAMPLE = `${ROOT}examples/digits`;

/**
 * Makes the Python environment of the built-in XGBoost and, with it, the example's data.
 *
 * @returns {Promise<string>} path of the tuning file
 */
export async function prepareDigits() {
  const python = await algorithmEnvironment();
  const channels = ['train/train.csv', 'validation/validation.csv'];
  if (!channels.every((file) => existsSync(`${EXAMPLE}/data/${file}`))) {
    say('Writing the digits that scikit-learn brings ...');
    await must([python, `${EXAMPLE}/prepare.py`], { quiet: true });
  }
  return `${EXAMPLE}/tune.yaml`;
}
