import { shapes } from '../model/service-model.js';

/**
 * How the values of a property are compared. `hyperparameter` is text that may be a number; `whole` is a structure or a
 * list of them, of which only the presence can be asked.
 */
type PropertyType = 'text' | 'hyperparameter' | 'number' | 'time' | 'boolean' | 'whole';

/** A place in a record by its dotted name, such as `ResourceConfig.InstanceType`, `HyperParameters.eta` or `Tags.team`. */
export interface Property {
  readonly type: PropertyType;
  /** The shape of the elements, where the property is a list of structures. */
  readonly elementShape?: string;
  /** Every value at that place: none when the record has nothing there, several under a list. */
  read(record: unknown): readonly unknown[];
}

/** The property of a shape of the API model by its name; undefined when the model has none. */
export function propertyOf(shapeName: string, name: string): Property | undefined {
  const shape = shapes[shapeName];
  if (shapeName === 'TagList') return keyedProperty('text', 'Key', name);
  if (shape?.type === 'list') return everyElement(propertyOf(shape.member, name));
  if (shape?.type === 'map') return member(name, { type: 'hyperparameter', read: present });
  if (shape?.type !== 'structure') return undefined;
  if (shapeName === 'TrainingJob' && name.startsWith(METRICS)) {
    return member('FinalMetricDataList', keyedProperty('number', 'MetricName', name.slice(METRICS.length)));
  }
  const dot = name.indexOf('.');
  const first = dot === -1 ? name : name.slice(0, dot);
  const memberShape = Object.hasOwn(shape.members, first) ? shape.members[first] : undefined;
  if (memberShape === undefined) return undefined;
  return member(first, dot === -1 ? end(memberShape) : propertyOf(memberShape, name.slice(dot + 1)));
}

const METRICS = 'Metrics.';

function member(name: string, inner: Property | undefined): Property | undefined {
  if (inner === undefined) return undefined;
  return {
    ...inner,
    read: (record) => (isRecord(record) && Object.hasOwn(record, name) ? inner.read(record[name]) : []),
  };
}

/** Lists of keys and values are read as if they were maps. */
function keyedProperty(type: PropertyType, keyMember: string, key: string): Property {
  return {
    type,
    read: (list) =>
      Array.isArray(list) ? list.filter((entry) => entry[keyMember] === key).map((entry) => entry.Value) : [],
  };
}

function everyElement(inner: Property | undefined): Property | undefined {
  if (inner === undefined) return undefined;
  return { ...inner, read: (list) => (Array.isArray(list) ? list.flatMap(inner.read) : []) };
}

function end(shapeName: string): Property | undefined {
  const shape = shapes[shapeName];
  switch (shape?.type) {
    case 'list':
      return end(shape.member)?.type === 'whole'
        ? { ...WHOLE, elementShape: shape.member }
        : everyElement(end(shape.member));
    case 'string':
      return { type: 'text', read: present };
    case 'timestamp':
      return { type: 'time', read: present };
    case 'boolean':
      return { type: 'boolean', read: present };
    case 'structure':
    case 'map':
      return WHOLE;
    default:
      return { type: 'number', read: present };
  }
}

const WHOLE: Property = {
  type: 'whole',
  read: (value) => present(value).filter((found) => typeof found !== 'object' || Object.keys(found ?? {}).length > 0),
};

function present(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
