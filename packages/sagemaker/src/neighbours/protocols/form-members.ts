import { SerializationException } from '../../wire/aws-error.js';

/** Longer lists than any operation takes are refused before they are built. */
const MAX_LIST_LENGTH = 1000;

type Tree = Map<string, Tree | string>;

/**
 * The members that a form spells out flat, such as `Dimensions.member.1.Name`. Values stay text; members without a
 * value, which is how a form writes an empty list, are left out.
 *
 * @throws SerializationException when the names contradict each other.
 */
export function formMembers(fields: readonly (readonly [name: string, value: string])[]): unknown {
  const root: Tree = new Map();
  for (const [name, value] of fields) if (value !== '') plant(root, name.split('.'), value);
  return grown(root);
}

function plant(root: Tree, path: readonly string[], value: string): void {
  let tree = root;
  for (const segment of path.slice(0, -1)) {
    const next = tree.get(segment) ?? new Map();
    if (typeof next === 'string') throw new SerializationException(`"${path.join('.')}" is within a value.`);
    tree.set(segment, next);
    tree = next;
  }
  const last = path.at(-1) ?? '';
  if (tree.has(last)) throw new SerializationException(`"${path.join('.')}" is given more than once.`);
  tree.set(last, value);
}

function grown(tree: Tree | string): unknown {
  if (typeof tree === 'string') return tree;
  const elements = tree.get('member');
  if (elements instanceof Map && tree.size === 1) return list(elements);
  return Object.fromEntries([...tree].map(([name, branch]) => [name, grown(branch)]));
}

function list(elements: Tree): unknown[] {
  const numbered = [...elements].map(([number, element]) => ({ number: Number(number), element }));
  if (numbered.length > MAX_LIST_LENGTH || numbered.some(({ number }) => !Number.isInteger(number))) {
    throw new SerializationException(`A list has elements numbered from 1, and at most ${MAX_LIST_LENGTH} of them.`);
  }
  return numbered.sort((a, b) => a.number - b.number).map(({ element }) => grown(element));
}
