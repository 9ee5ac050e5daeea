/**
 * Writes service-model.json: the operations that have a file in ../operations, and the shapes they reach.
 *
 *     node packages/sagemaker/src/model/extract.mjs PATH_TO_API_MODEL_JSON
 *
 * Run it by hand after adding a file to ../operations. The API model is a JSON file with the members `operations`
 * (name to `input`, `output`, `errors`) and `shapes` (name to type, members and limits), as the public model of the
 * service (2017-07-24) states them. Only facts are taken over; what Fleetune allows beyond them is in extensions.ts.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const modelPath = process.argv[2];
if (modelPath === undefined) {
  console.error('Usage: node extract.mjs PATH_TO_API_MODEL_JSON');
  process.exit(2);
}
const source = JSON.parse(readFileSync(modelPath, 'utf8'));

/** Structures of which only these members are ever sent. */
const MEMBERS = { SearchRecord: ['HyperParameterTuningJob', 'TrainingJob'] };

const operations = {};
const shapes = {};
for (const name of Object.keys(source.operations).sort()) {
  if (!implementedOperations().has(name.toLowerCase())) continue;
  const { input, output, errors } = source.operations[name];
  operations[name] = { input, ...(output ? { output } : {}), errors };
  for (const shape of [input, output]) if (shape) reach(shape);
}

const target = new URL('./service-model.json', import.meta.url);
writeFileSync(target, `${JSON.stringify({ operations, shapes: sorted(shapes) }, null, 2)}\n`);
console.log(`${Object.keys(operations).length} operations, ${Object.keys(shapes).length} shapes`);

/** Names of the operations in lower case: `create-training-job.ts` implements `createtrainingjob`. */
function implementedOperations() {
  const files = readdirSync(new URL('../operations', import.meta.url));
  return new Set(files.map((file) => file.replace(/\.ts$/, '').replaceAll('-', '')));
}

function reach(name) {
  if (name in shapes) return;
  const shape = source.shapes[name];
  if (shape === undefined) throw new Error(`The API model has no shape named ${name}.`);
  const { sensitive: _sensitive, box: _box, ...facts } = shape;
  if (name in MEMBERS) {
    facts.members = Object.fromEntries(MEMBERS[name].map((member) => [member, shape.members[member]]));
  }
  shapes[name] = facts;
  for (const next of [...Object.values(facts.members ?? {}), shape.member, shape.key, shape.value]) {
    if (next !== undefined) reach(next);
  }
}

function sorted(record) {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
