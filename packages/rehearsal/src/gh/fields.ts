import { readFile } from 'node:fs/promises';
import { GhRefusal } from './refusal.ts';

/** `-f name=value` as it stands, and `-F name=value`, where `@file` is the text of that file. */
export async function fieldsOf({ raw, magic }: { readonly raw: readonly string[]; readonly magic: readonly string[] }): Promise<Record<string, string>> {
  const given = Object.fromEntries(raw.map(pairOf));
  for (const [name, value] of magic.map(pairOf)) given[name] = value.startsWith('@') ? await textOf(value.slice(1)) : value;
  return given;
}

function pairOf(field: string): [string, string] {
  const equals = field.indexOf('=');
  if (equals < 0) throw new GhRefusal(`field "${field}" requires a value separated by an '=' sign`);
  return [field.slice(0, equals), field.slice(equals + 1)];
}

async function textOf(path: string): Promise<string> {
  return readFile(path === '-' ? '/dev/stdin' : path, 'utf8').catch((cause: unknown) => {
    throw new GhRefusal(`open ${path}: no such file or directory`, { cause });
  });
}
