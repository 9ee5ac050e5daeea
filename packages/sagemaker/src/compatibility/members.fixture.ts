import { shapes } from '../model/service-model.js';

/**
 * The members of a shape by their paths, in the form of unsupported.ts: `A.B`, and `A[].B` under a list.
 *
 * @param isEnd true for a path whose members are not wanted.
 */
export function memberPaths(
  shapeName: string,
  isEnd: (path: string) => boolean,
  path = '',
  outer: readonly string[] = [],
): readonly string[] {
  const shape = shapes[shapeName];
  if (path !== '' && (isEnd(path) || outer.includes(shapeName))) return [path];
  const inside = [...outer, shapeName];
  if (shape?.type === 'list' && shapes[shape.member]?.type === 'structure') {
    return memberPaths(shape.member, isEnd, `${path}[]`, inside);
  }
  if (shape?.type !== 'structure') return [path];
  return Object.entries(shape.members).flatMap(([member, memberShape]) =>
    memberPaths(memberShape, isEnd, path === '' ? member : `${path}.${member}`, inside),
  );
}
