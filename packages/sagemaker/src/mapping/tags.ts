import type { Tag } from '@aws-sdk/client-sagemaker';
import { constraintException } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';

/** @throws ValidationException when a key is given twice. */
export function tagRecord(tags: readonly Validated<Tag>[] | undefined): Readonly<Record<string, string>> {
  const entries = (tags ?? []).map(({ Key, Value }) => [Key, Value] as const);
  const keys = entries.map(([key]) => key);
  const repeated = keys.filter((key, index) => keys.indexOf(key) !== index);
  if (repeated.length > 0) {
    throw constraintException([{ path: 'tags', value: repeated, constraint: 'Member must not give a key twice' }]);
  }
  return Object.fromEntries(entries);
}

/** Tags as the API lists them, by their keys in code unit order. */
export function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.keys(tags)
    .sort()
    .map((key) => ({ Key: key, Value: tags[key] }));
}
