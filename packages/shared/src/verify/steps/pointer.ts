/** What stands at a JSON pointer (RFC 6901); undefined: nothing. Only what is the document's own is found. */
export function atPointer(document: unknown, pointer: string): unknown {
  let here = document;
  for (const token of pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, token)) return undefined;
    here = Reflect.get(here, token);
  }
  return here;
}
