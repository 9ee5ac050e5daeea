import { afterAllOf, compareKeys } from './compare-keys.js';
import { walkKeys } from './walk-keys.js';

export interface PageRequest {
  readonly folder: string;
  readonly prefix: string;
  /** Undefined to list every key for itself. */
  readonly delimiter?: string;
  /** Only keys, and common prefixes of keys, that come after this one. */
  readonly after: string;
  readonly maxKeys: number;
  readonly isFolderObject: (key: string) => Promise<boolean>;
}

export interface Page {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** From where the next page goes on; undefined when this is the last one. */
  readonly next?: { readonly after: string; readonly last: string };
}

/** One page of a listing: keys and common prefixes together are at most `maxKeys`. */
export async function listPage(request: PageRequest): Promise<Page> {
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let last: { readonly name: string; readonly isCommonPrefix: boolean } | undefined;
  if (request.maxKeys === 0) return { keys, commonPrefixes };
  for await (const item of listed(request)) {
    if (last !== undefined && keys.length + commonPrefixes.length === request.maxKeys) {
      const after = last.isCommonPrefix ? afterAllOf(last.name) : last.name;
      return { keys, commonPrefixes, next: { after, last: last.name } };
    }
    (item.isCommonPrefix ? commonPrefixes : keys).push(item.name);
    last = item;
  }
  return { keys, commonPrefixes };
}

async function* listed(request: PageRequest) {
  const { delimiter, prefix } = request;
  const shallow = delimiter === '/';
  let group: string | undefined;
  for await (const { key, isCommonPrefix } of walkKeys({ ...request, shallow })) {
    const end = delimiter === undefined || isCommonPrefix ? -1 : key.indexOf(delimiter, prefix.length);
    if (end === -1) {
      yield { name: key, isCommonPrefix };
      continue;
    }
    const common = key.slice(0, end + (delimiter?.length ?? 0));
    if (group === undefined || compareKeys(common, group) !== 0) yield { name: common, isCommonPrefix: true };
    group = common;
  }
}
