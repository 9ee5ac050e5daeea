import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';
import { ROOT } from '../paths.mjs';

const SOURCES = `${ROOT}packages/scheduler/src`;
/** Under node_modules, so that the copy finds the packages the original finds. */
const COPIES = `${ROOT}node_modules/.cache/fleetune-planted-bugs`;

/**
 * Copies the scheduler with one bug planted, as JavaScript. Production code knows nothing of it.
 *
 * @throws Error when the place of the bug is not in the sources any more.
 * @returns the folder of the copy.
 */
export function plant(bug, number) {
  const folder = join(COPIES, String(number));
  rmSync(folder, { recursive: true, force: true });
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(isShipped);
  for (const file of files) {
    const source = readFileSync(join(SOURCES, file), 'utf8');
    const text = file === bug.file ? patched(source, bug) : source;
    const to = join(folder, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, toJavaScript(text, file));
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return folder;
}

/** @throws Error when one of the bugs has not exactly one place in the sources. */
export function requirePlaces(bugs) {
  for (const bug of bugs) patched(readFileSync(join(SOURCES, bug.file), 'utf8'), bug);
}

function patched(source, { name, file, find, replace }) {
  const places = source.split(find).length - 1;
  if (places !== 1) {
    throw new Error(`The planted bug "${name}" has ${places} places in ${file}; give it the one of today.`);
  }
  return source.replace(find, () => replace);
}

function isShipped(file) {
  return file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file);
}

function toJavaScript(text, filename) {
  const jsc = { parser: { syntax: 'typescript' }, target: 'es2022', transform: { verbatimModuleSyntax: true } };
  return transformSync(text, { filename, jsc, module: { type: 'es6' } }).code;
}
