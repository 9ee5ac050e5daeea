import { parseArgs } from 'node:util';
import { build } from '../src/build.mjs';
import { prepareDigits } from '../src/demo/digits.mjs';
import { install } from '../src/install.mjs';
import { makePictures } from '../src/pictures/make-pictures.mjs';
import { say } from '../src/run.mjs';
import { installServices } from '../src/services.mjs';

const USAGE = `npm run pictures [-- --jobs N]

Makes the pictures of docs/article-charts.md anew: tunes XGBoost on the handwritten digits, opens the console of that
server in Chromium and takes from it what the document shows, charts by their own SVG button. Needs Chromium.

  --jobs N   training jobs (default 50, as in the article)`;

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '50' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  say(USAGE);
  process.exit(0);
}
await install();
await build();
await installServices(['bwrap', 'chromium']);
const made = await makePictures(await prepareDigits(), values.jobs);
process.stdout.write(`${JSON.stringify(made)}\n`);
