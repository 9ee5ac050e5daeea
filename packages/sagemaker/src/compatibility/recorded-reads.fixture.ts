/** A copy of a value that notes which of its members are read, as `A.B` and, in lists, `A[].B`. */
export function recordingReads<T>(value: T, reads: Set<string>, path = ''): T {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver);
      if (typeof name === 'symbol' || !Object.hasOwn(target, name) || name === 'length') return found;
      const at = Array.isArray(target) ? `${path}[]` : path === '' ? name : `${path}.${name}`;
      reads.add(at);
      return recordingReads(found, reads, at);
    },
  });
}
