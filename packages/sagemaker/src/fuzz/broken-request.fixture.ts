import fc from 'fast-check';
import { shapes } from '../model/service-model.js';
import type { Shape } from '../model/shape.js';
import { validValue } from './valid-value.fixture.js';

/** The body of a request, and the errors that it may be answered with; `answered` when a success is right, too. */
export interface FuzzedRequest {
  readonly what: string;
  readonly body: Uint8Array;
  readonly answers: readonly string[];
}

const VALID = ['answered', 'ValidationException', 'ResourceNotFound', 'ResourceInUse'];

/**
 * Requests for an operation that the API model allows, and those that break it in one place.
 *
 * @param sound a request that succeeds; half of the requests are it with some members changed.
 */
export function fuzzedRequest(shapeName: string, sound?: object): fc.Arbitrary<FuzzedRequest> {
  const anyValid = validValue(shapeName);
  const valid = sound === undefined ? anyValid : fc.oneof(anyValid, changed(shapeName, sound));
  const broken = (what: string, breaks: (places: readonly Place[]) => readonly Break[], answers: readonly string[]) =>
    fc.tuple(valid, fc.nat()).map(([request, choice]) => {
      const copy = structuredClone(request);
      const holder = { request: copy };
      const possible = breaks(placesIn(shapeName, holder, 'request'));
      // A request without a place to break stays as it is.
      if (possible.length === 0) return asJson(what, holder.request, VALID);
      possible[choice % possible.length]?.();
      return asJson(what, holder.request, answers);
    });
  return fc.oneof(
    { arbitrary: valid.map((request) => asJson('valid', request, VALID)), weight: 3 },
    broken('past a limit', (places) => places.flatMap(pastLimits), ['ValidationException']),
    broken('of another type', (places) => places.flatMap(otherTypes), ['SerializationException']),
    broken('without a member', (places) => places.flatMap(withoutMember), ['ValidationException']),
    broken('with a member too many', (places) => places.flatMap(withUnknownMember), ['ValidationException']),
    broken('with text that cannot be stored', (places) => places.flatMap(unstorable), ['ValidationException']),
    broken('huge', (places) => places.flatMap(huge), ['ValidationException', 'SerializationException']),
    deep(),
    notARequest(),
  );
}

/** The sound request with valid values for up to two of its members. */
function changed(shapeName: string, sound: object): fc.Arbitrary<object> {
  const shape = shapes[shapeName];
  const members = shape?.type === 'structure' ? Object.entries(shape.members) : [];
  const change = fc
    .constantFrom(...members)
    .chain(([member, memberShape]) => validValue(memberShape, 1).map((value) => ({ [member]: value })));
  return fc
    .array(change, { maxLength: 2 })
    .map((changes) => Object.assign({}, JSON.parse(JSON.stringify(sound)), ...changes));
}

/** A value in a request: its shape, and where it is. */
interface Place {
  readonly shape: Shape;
  readonly value: unknown;
  set(value: unknown): void;
}

/** Breaks the request in one place. */
type Break = () => void;

function placesIn(shapeName: string, holder: object, key: string | number): readonly Place[] {
  const shape = shapes[shapeName];
  const at = holder as Record<string | number, unknown>;
  const value = at[key];
  if (shape === undefined || value === undefined) return [];
  const set = (changed: unknown) => {
    Object.defineProperty(at, key, { value: changed, enumerable: true, configurable: true, writable: true });
  };
  return [{ shape, value, set }, ...placesInside(shape, value as object)];
}

function placesInside(shape: Shape, value: object): readonly Place[] {
  if (shape.type === 'list') return Object.keys(value).flatMap((key) => placesIn(shape.member, value, Number(key)));
  if (shape.type === 'map') return Object.keys(value).flatMap((key) => placesIn(shape.value, value, key));
  if (shape.type !== 'structure') return [];
  return Object.entries(shape.members).flatMap(([member, memberShape]) => placesIn(memberShape, value, member));
}

function pastLimits({ shape, value, set }: Place): readonly Break[] {
  switch (shape.type) {
    case 'string': {
      if (shape.enum !== undefined) return [() => set(`${String(value)}x`), () => set('')];
      const breaks = [...(shape.max === undefined ? [] : [() => set('a'.repeat((shape.max ?? 0) + 1))])];
      return shape.min ? [...breaks, () => set('a'.repeat((shape.min ?? 0) - 1))] : breaks;
    }
    case 'integer':
    case 'long':
      return [
        ...(shape.max === undefined || shape.max >= 2 ** 31 - 1 ? [] : [() => set((shape.max ?? 0) + 1)]),
        ...(shape.min === undefined || shape.min <= -(2 ** 31) ? [] : [() => set((shape.min ?? 0) - 1)]),
      ];
    case 'list': {
      const elements = value as unknown[];
      const [first] = elements;
      return [
        ...(shape.max === undefined || first === undefined
          ? []
          : [() => set(Array.from({ length: (shape.max ?? 0) + 1 }, () => first))]),
        ...(shape.min ? [() => set(elements.slice(0, (shape.min ?? 0) - 1))] : []),
      ];
    }
    case 'map': {
      const [first] = Object.values(value as object);
      if (shape.max === undefined || first === undefined) return [];
      const entries = Array.from({ length: shape.max + 1 }, (_, index) => [`key${index}`, first]);
      return [() => set(Object.fromEntries(entries))];
    }
    default:
      return [];
  }
}

function otherTypes({ shape, set }: Place): readonly Break[] {
  const others: Readonly<Record<Shape['type'], readonly unknown[]>> = {
    string: [1, true, {}, ['a']],
    integer: ['1', 1.5, true, [], 2 ** 31, 1e300],
    long: ['1', 0.1, {}, 1e300],
    float: ['1', false, []],
    double: ['NaN', false, []],
    boolean: ['true', 0, {}],
    timestamp: ['2026-01-01T00:00:00Z', true, 1e15, -1e15],
    list: [{}, 'a', 1],
    map: [[], 'a', 1],
    structure: [[], 'a', 1, true],
  };
  return others[shape.type].map((other) => () => set(other));
}

function withoutMember({ shape, value }: Place): readonly Break[] {
  if (shape.type !== 'structure') return [];
  const structure = value as Record<string, unknown>;
  return (shape.required ?? []).flatMap((member) => [
    () => {
      delete structure[member];
    },
    () => {
      structure[member] = null;
    },
  ]);
}

function withUnknownMember({ shape, value, set }: Place): readonly Break[] {
  if (shape.type !== 'structure') return [];
  return ['Unknown', '__proto__', 'constructor', 'toString', 'length', '', 'a.b', '\0'].map((name) => () => {
    set(Object.fromEntries([...Object.entries(value as object), [name, { very: ['unknown'] }]]));
  });
}

function unstorable({ shape, set }: Place): readonly Break[] {
  return shape.type === 'string' ? [() => set('a\0b'), () => set('\ud800'), () => set('s3://a/\udfff')] : [];
}

function huge({ shape, value, set }: Place): readonly Break[] {
  const long = 'a'.repeat(200_000);
  switch (shape.type) {
    case 'string':
      return [() => set(long)];
    case 'list':
      return shape.max === undefined ? [] : [() => set(Array.from({ length: 20_000 }, () => 1))];
    case 'structure':
      return [
        () => set({ ...(value as object), [long]: long }),
        () => set(Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`Member${index}`, index]))),
      ];
    default:
      return [];
  }
}

/** So deep that code which calls itself at every level would run out of stack. */
function deep(): fc.Arbitrary<FuzzedRequest> {
  const answers = ['ValidationException', 'SerializationException'];
  const openings = ['[', '{"a":', '{"SearchExpression":', '{"SubExpressions":[', '{"Tags":['];
  return fc.tuple(fc.constantFrom(...openings), fc.integer({ min: 100, max: 30_000 })).map(([open, levels]) => {
    const close = [...open].reverse().map((bracket) => ({ '[': ']', '{': '}' })[bracket] ?? '');
    const nested = `${open.repeat(levels)}1${close.join('').repeat(levels)}`;
    const isSearch = open.startsWith('{"SubExpressions"');
    const body = isSearch ? `{"Resource":"TrainingJob","SearchExpression":${nested}}` : `{"Resource":${nested}}`;
    return { what: 'deep', body: Buffer.from(body), answers };
  });
}

function notARequest(): fc.Arbitrary<FuzzedRequest> {
  const json = fc.constantFrom('null', '[]', '1', '"text"', 'true', '', '{', '{"a":}', 'NaN');
  const texts = json.map((text) => Buffer.from(text));
  const bytes = fc
    .uint8Array({ minLength: 1, maxLength: 200 })
    .map((random) => Buffer.concat([Buffer.from([0xff]), random]));
  const badUtf8 = fc
    .constantFrom('c3', 'eda080', 'f8888080', 'c080')
    .map((hex) => Buffer.concat([Buffer.from('{"Name":"'), Buffer.from(hex, 'hex'), Buffer.from('"}')]));
  return fc
    .oneof(texts, bytes, badUtf8)
    .map((body) => ({ what: 'not a request', body, answers: ['SerializationException'] }));
}

function asJson(what: string, request: unknown, answers: readonly string[]): FuzzedRequest {
  return { what, body: Buffer.from(JSON.stringify(request)), answers };
}
