import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { UserError } from '../action/errors.ts';
import type { Surface } from '../release/index.ts';
import { description, knownKeys, nearest } from './nearest.ts';
import { deployConfig, type DeployConfig, type EnvironmentConfig, type VendureSurface, type WorkerSurface } from './schema.ts';
import type { WordPressSurface } from './wordpress.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Larger than any real one by far; a file of this size is a mistake. */
const mostBytes = 1024 * 1024;

/** @throws {UserError} with file:line:column, the key, what is allowed and the nearest known key; all faults at once */
export async function loadConfig(path: string): Promise<DeployConfig> {
  const shown = shownPath(path);
  const source = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw fault(`The deploy configuration ${shown} cannot be read. Create it, or name another file with the input \`config\`.`, cause);
  });
  if (source.length > mostBytes) throw fault(`The deploy configuration ${shown} is larger than 1 MiB.`);
  return parseConfig(source, shown);
}

export function parseConfig(source: string, file: string): DeployConfig {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, version: '1.2', uniqueKeys: true, prettyErrors: false });
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}:${lines.linePos(offset).col}`;
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) throw fault(broken.map((error) => `${at(error.pos[0])}: ${error.message}`).join('\n'));
  const given: unknown = document.toJS({ maxAliasCount: 100 });
  const parsed = deployConfig.safeParse(given);
  if (parsed.success) return parsed.data;
  throw fault(parsed.error.issues.flatMap((issue) => sentences(issue, { document, given }, at)).join('\n'));
}

export function environmentOf(config: DeployConfig, environment: string): EnvironmentConfig {
  const found = Object.hasOwn(config.environments, environment) ? config.environments[environment] : undefined;
  if (found !== undefined) return found;
  throw new UserError(`input \`environment\` is ${JSON.stringify(environment)}. Allowed by the deploy configuration: ${Object.keys(config.environments).join(', ')}.`);
}

export function surfaceOf(config: DeployConfig, environment: string, surface: 'vendure'): VendureSurface;
export function surfaceOf(config: DeployConfig, environment: string, surface: 'dashboard' | 'storefront'): WorkerSurface;
export function surfaceOf(config: DeployConfig, environment: string, surface: Surface): VendureSurface | WorkerSurface;
export function surfaceOf(config: DeployConfig, environment: string, surface: Surface): VendureSurface | WorkerSurface {
  const found = environmentOf(config, environment).surfaces[surface];
  if (found !== undefined) return found;
  throw fault(`The deploy configuration has no environments.${environment}.surfaces.${surface}. Add it, or leave the ${surface} out of this deploy.`);
}

/** It is none of a lane's surfaces: it has a lane and a cadence of its own. @throws {UserError} */
export function wordpressOf(config: DeployConfig, environment: string): WordPressSurface {
  const found = environmentOf(config, environment).surfaces.wordpress;
  if (found !== undefined) return found;
  throw fault(`The deploy configuration has no environments.${environment}.surfaces.wordpress. Add it: docs/wordpress.md has an example.`);
}

function sentences(issue: Issue, { document, given }: { document: Document; given: unknown }, at: (offset: number) => string): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = knownKeys(deployConfig, issue.path, given);
      const guess = nearest(key, known);
      return `${at(offsetOf(document, [...issue.path, key], true))}: unknown key ${dotted([...issue.path, key])}. ${guess === null ? `Known here: ${known.join(', ')}.` : `Did you mean ${guess}?`}`;
    });
  }
  const missing = issue.code !== 'invalid_key' && !document.hasIn(issue.path);
  const where = at(offsetOf(document, issue.path, false));
  return [`${where}: ${dotted(issue.path)} ${missing ? 'is missing' : `is not allowed: ${issue.message}`}${hint(issue.path, given)}`];
}

function hint(path: Path, given: unknown): string {
  const said = description(deployConfig, path, given);
  return said === null ? '' : ` (${said})`;
}

/** The place of the value, of its key, or of the nearest parent that is there. */
function offsetOf(document: Document, path: Path, key: boolean): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const parent = length === 0 ? null : document.getIn(path.slice(0, length - 1), true);
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(path[length - 1])) : undefined;
    if ((key || length < path.length) && isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
    const node = document.getIn(path.slice(0, length), true);
    if (hasRange(node)) return node.range[0];
  }
  return 0;
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && Array.isArray(Reflect.get(node, 'range'));
}

function dotted(path: Path): string {
  return path.length === 0 ? 'the document' : path.map(String).join('.');
}

function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

function fault(message: string, cause?: unknown): UserError {
  return new UserError(message, { reasonCode: 'invalid-config', cause });
}
