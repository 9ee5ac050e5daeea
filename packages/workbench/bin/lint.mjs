import { build } from '../src/build.mjs';
import { install } from '../src/install.mjs';
import { lint } from '../src/lint.mjs';

await install();
await build();
const { failed } = await lint();
process.exitCode = failed === 0 ? 0 : 1;
