import { shapes } from '../model/service-model.js';

/** A value of a shape with every member that the shape has, down to where shapes repeat; not for parsing. */
export function sampleValue(shapeName: string, outer: readonly string[] = []): unknown {
  const shape = shapes[shapeName];
  if (shape === undefined || outer.includes(shapeName)) return undefined;
  const inner = (name: string) => sampleValue(name, [...outer, shapeName]);
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(Object.entries(shape.members).map(([name, member]) => [name, inner(member)]));
    case 'list':
      return [inner(shape.member)];
    case 'map':
      return { key: inner(shape.value) };
    case 'string':
      return shape.enum?.[0] ?? 's3://bucket/key';
    case 'boolean':
      return true;
    case 'timestamp':
      return new Date(0);
    default:
      return 1;
  }
}
