import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

const input = z.object({ type: z.string().default('string'), description: z.string().default(''), required: z.boolean().default(false), default: z.unknown(), options: z.array(z.coerce.string()).optional() });
const dispatch = z.object({ inputs: z.record(z.string(), input.nullable()).nullish() }).nullable();
const workflow = z.object({ name: z.string().default(''), on: z.union([z.string(), z.array(z.string()), z.looseObject({ workflow_dispatch: dispatch.optional() })]) });

export interface Dispatchable {
  readonly workflow: string;
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly type: string; readonly default: string; readonly description: string }[];
}

/** The workflows of that checkout which a person may start, by name. */
export async function dispatchable(directory: string): Promise<Dispatchable[]> {
  const folder = join(directory, '.github/workflows');
  const files = (await readdir(folder).catch(() => [])).filter((name) => /\.ya?ml$/u.test(name)).toSorted((one, other) => one.localeCompare(other));
  return (await Promise.all(files.map(async (file) => read(file, await readFile(join(folder, file), 'utf8'))))).filter((one) => one !== null);
}

/** @returns its file @throws {Refusal} that lists what there is */
export async function fileOf(directory: string, wanted: string): Promise<string> {
  const files = await readdir(join(directory, '.github/workflows')).catch(() => []);
  const file = files.find((name) => name === `${wanted}.yml` || name === `${wanted}.yaml`);
  if (file !== undefined) return file;
  const there = (await dispatchable(directory)).map((one) => one.workflow);
  throw new Refusal(`there is no workflow "${wanted}". There is: ${there.join(', ') || 'none that can be started by hand'}`);
}

/** The inputs of one workflow, for --help. */
export function helpOf({ workflow: name, name: title, inputs }: Dispatchable): string {
  const rows = inputs.map((one) => [`-f ${one.name}=`, one.type, one.default === '' ? '' : `(${one.default})`, one.description] as const);
  const width = (column: 0 | 1 | 2): number => Math.max(0, ...rows.map((row) => row[column].length));
  return [`script/deploy ${name} [options]`, '', title, '', ...(rows.length === 0 ? ['It has no inputs.'] : ['Inputs:', ...rows.map((row) => `  ${row[0].padEnd(width(0))}  ${row[1].padEnd(width(1))}  ${row[2].padEnd(width(2))}  ${row[3]}`.trimEnd())]), '', 'Options:  script/deploy --help', ''].join('\n');
}

function read(file: string, text: string): Dispatchable | null {
  const parsed = workflow.safeParse(yamlOf(text)).data;
  if (parsed === undefined) return null;
  const { on } = parsed;
  const inputs = typeof on === 'string' || Array.isArray(on) ? ([on].flat().includes('workflow_dispatch') ? {} : null) : on.workflow_dispatch === undefined ? null : (on.workflow_dispatch?.inputs ?? {});
  if (inputs === null) return null;
  return {
    workflow: file.replace(/\.ya?ml$/u, ''),
    name: parsed.name,
    inputs: Object.entries(inputs).map(([name, one]) => ({ name, type: one?.options?.join('|') ?? one?.type ?? 'string', default: textOf(one?.default), description: one?.description ?? '' })),
  };
}

function yamlOf(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}
