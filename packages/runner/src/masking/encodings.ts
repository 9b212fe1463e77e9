/** The forms in which GitHub's runner looks for a value, in its order (ValueEncoders.cs, HostContext.cs; M1). */
export function encodingsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const shifted = (by: number): string => (bytes.length > by ? bytes.subarray(by) : bytes).toString('base64');
  return [
    value,
    shifted(0),
    shifted(1),
    shifted(2),
    value.replaceAll('"', '\\"'),
    value.replaceAll("'", "''"),
    JSON.stringify(value).slice(1, -1),
    uriData(value),
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&apos;'),
    value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : '',
    ...ampersandParts(value),
  ].filter((form) => form !== '');
}

function uriData(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replaceAll(/[!'()*]/gu, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** PowerShell colours or splits a command at `&`; after `&+` it swallows one letter. Parts below six characters are not masked. */
function ampersandParts(value: string): string[] {
  const plus = value.indexOf('&+'), last = value.lastIndexOf('&');
  if (last < 0) return [];
  const parts = plus >= 0 ? [value.slice(0, plus + 2), value.slice(plus + 3)] : [value.slice(0, last + 1), value.slice(last + 1)];
  return parts.filter((part) => part.length >= 6);
}
