// WordPress reads no more of a file than this (get_file_data).
const MOST_BYTES = 8192;

/** @returns the version ('' without one) when the file has the header of a plugin, else nothing */
export function headerOf(content: Buffer): [string] | [] {
  const text = content.subarray(0, MOST_BYTES).toString('utf8').replaceAll('\r', '\n');
  if (valueOf(text, 'Plugin Name') === null) return [];
  return [valueOf(text, 'Version') ?? ''];
}

function valueOf(text: string, name: string): string | null {
  const value = new RegExp(String.raw`^(?:[ \t]*<\?php)?[ \t/*#@]*${name}:([^\n]*)$`, 'imu').exec(text)?.[1];
  return value === undefined ? null : value.replace(/\s*(?:\*\/|\?>).*$/u, '').trim();
}
