import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { S3Error } from './s3-error.js';

/** Elements by name; a list becomes one element each, undefined none. */
export interface XmlElements {
  readonly [name: string]: XmlValue | readonly XmlValue[];
}
type XmlValue = string | number | boolean | undefined | XmlElements;

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: true });
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => name === 'Object' || name === 'Part',
});

/** A document of S3's namespace. */
export function writeXml(root: string, elements: XmlElements): string {
  return DECLARATION + builder.build({ [root]: { '@xmlns': NAMESPACE, ...elements } });
}

/** An error document, which has no namespace. */
export function writeErrorXml(elements: Readonly<Record<string, string>>): string {
  // Messages tell of keys, and keys may hold characters that XML cannot.
  const printable = Object.entries(elements).map(([name, text]) => [name, text.replace(/\p{Cc}/gu, '?')]);
  return DECLARATION + builder.build({ Error: Object.fromEntries(printable) });
}

/**
 * The content of a document's root element: texts, records of elements, and lists for `Object` and `Part`.
 *
 * @throws S3Error MalformedXML
 */
export function readXml(text: string, root: string): Readonly<Record<string, unknown>> {
  const content = text.includes('<!') ? undefined : parsed(text)?.[root];
  if (typeof content === 'string' && content.trim() === '') return {};
  if (!isRecord(content)) {
    throw new S3Error('MalformedXML', 400, `The body must be an XML document with the root element ${root}.`);
  }
  return content;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return parser.parse(text, true);
  } catch {
    return undefined;
  }
}
