/**
 * Whether an image's name fits a pattern. `*` stands for any characters but `/`; a pattern without a tag takes every tag
 * and digest; everything else must be the same, the registry included: somebody's own `team/python` is not `python`.
 */
export function imageMatches(pattern: string, image: string): boolean {
  const wanted = splitTag(pattern);
  const given = splitTag(image.split('@')[0] ?? '');
  if (!fits(wanted.repository, given.repository)) return false;
  return wanted.tag === undefined || fits(wanted.tag, given.tag ?? 'latest');
}

/** A colon before the last slash belongs to the registry's port. */
function splitTag(name: string): { readonly repository: string; readonly tag: string | undefined } {
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  if (colon === -1) return { repository: name, tag: undefined };
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}

function fits(pattern: string, text: string): boolean {
  const literals = pattern.split('*').map((literal) => literal.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${literals.join('[^/]*')}$`).test(text);
}
