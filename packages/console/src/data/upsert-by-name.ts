interface Named {
  readonly name: string;
  readonly lastModifiedTimeMs: number;
}

/** The list with the changed items in their places and the new ones at the end. What is older than what there is is dropped. */
export function upsertByName<Item extends Named>(items: readonly Item[], changed: readonly Item[]): readonly Item[] {
  if (changed.length === 0) return items;
  const places = new Map(items.map((item, place) => [item.name, place]));
  const result = [...items];
  for (const item of changed) {
    const place = places.get(item.name);
    const known = place === undefined ? undefined : result[place];
    if (place === undefined) places.set(item.name, result.push(item) - 1);
    else if (known === undefined || known.lastModifiedTimeMs <= item.lastModifiedTimeMs) result[place] = item;
  }
  return result;
}
