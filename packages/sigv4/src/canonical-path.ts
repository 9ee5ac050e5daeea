/**
 * A path as S3 signs it: each part escaped once by RFC 3986, whatever the client or a proxy escaped on the way. A part that
 * is not well escaped stays as it came.
 */
export function canonicalPath(path: string): string {
  return path.split('/').map(canonicalPart).join('/');
}

function canonicalPart(part: string): string {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch {
    return part;
  }
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
