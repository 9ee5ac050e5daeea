import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { NvidiaSmiParseError } from './nvidia-smi-parse-error.js';

const ATTRIBUTE = '@';
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: ATTRIBUTE,
  parseTagValue: false,
  parseAttributeValue: false,
  // Every element as a list, so that one GPU and eight read alike.
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
});

/** Texts by which drivers say that they have no value. */
const ABSENT =
  /^$|^\[?(N\/A|Not Supported|Not Available|Unknown Error|GPU is lost|Insufficient Permissions|ERR!|Requested functionality has been deprecated|GPU requires reset)\]?$/i;

/** One XML element, read by path; whatever is missing or absent reads as undefined. */
export class XmlElement {
  readonly #content: unknown;

  constructor(content: unknown) {
    this.#content = content;
  }

  /** Texts by which the elements under `path` are reached, from this one; all but the last may have one only. */
  all(path: string): XmlElement[] {
    const [name = '', ...rest] = path.split('/');
    const children = isRecord(this.#content) ? this.#content[name] : undefined;
    const elements = Array.isArray(children) ? children.map((child) => new XmlElement(child)) : [];
    return rest.length === 0 ? elements : (elements[0]?.all(rest.join('/')) ?? []);
  }

  /** The first of `paths` that has a text, so that old and new names of the same thing can stand side by side. */
  text(...paths: string[]): string | undefined {
    for (const path of paths) {
      const element = this.all(path)[0];
      const text = element === undefined ? undefined : element.#ownText();
      if (text !== undefined) return text;
    }
    return undefined;
  }

  attribute(name: string): string | undefined {
    const value = isRecord(this.#content) ? this.#content[`${ATTRIBUTE}${name}`] : undefined;
    return typeof value === 'string' ? value : undefined;
  }

  /** A number without a unit. */
  count(...paths: string[]): number | undefined {
    return this.measure('', ...paths);
  }

  /** A number in exactly this unit, such as `16160 MiB`; another unit is no value rather than a wrong one. */
  measure(unit: string, ...paths: string[]): number | undefined {
    for (const path of paths) {
      const [, number, found] = /^(-?\d+(?:\.\d+)?)\s*(\S*)$/.exec(this.text(path) ?? '') ?? [];
      if (number !== undefined && found === unit) return Number(number);
    }
    return undefined;
  }

  /** True or false for the two given texts, undefined for any other. */
  flag(yes: string, no: string, ...paths: string[]): boolean | undefined {
    const text = this.text(...paths);
    return text === yes ? true : text === no ? false : undefined;
  }

  #ownText(): string | undefined {
    const content = isRecord(this.#content) ? this.#content['#text'] : this.#content;
    return typeof content === 'string' && !ABSENT.test(content) ? content : undefined;
  }
}

/** @throws NvidiaSmiParseError when `xml` is not well formed or its root is not `root`. */
export function parseRoot(xml: string, root: string): XmlElement {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new NvidiaSmiParseError(`line ${valid.err.line}: ${valid.err.msg}`);
  const element = new XmlElement(parser.parse(xml)).all(root)[0];
  if (element === undefined) throw new NvidiaSmiParseError(`there is no <${root}> element`);
  return element;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
