import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { WorkflowPlan } from '@vendure-deploy/runner';
import { Refusal } from './refusal.ts';

type Values = Readonly<Record<string, string>>;

export interface OperatorSecrets {
  /** What the workflow's `secrets.NAME` are. */
  readonly shared: Values;
  /** What a job of that environment sees, as with GitHub's own. */
  readonly byEnvironment: Readonly<Record<string, Values>>;
  /** Names that have a value, for one environment or for all. */
  readonly found: readonly string[];
  /** Names that a called workflow requires, and that have none. */
  readonly missing: readonly string[];
}

interface Places {
  readonly plan: WorkflowPlan;
  readonly shell: NodeJS.ProcessEnv;
  readonly files: readonly string[];
  /** The folder of <environment>.env. */
  readonly kept: string;
  /** Which environments the run is about. */
  readonly environments: readonly string[];
}

/**
 * The secrets that the workflow names, and no other: a line of `--secret-file` wins over this shell's variable of that name, which wins over what is kept for
 * the environment. @throws {Refusal}
 */
export async function readSecrets({ plan, shell, files, kept, environments }: Places): Promise<OperatorSecrets> {
  const names = namesIn(plan);
  const only = (values: NodeJS.ProcessEnv): Record<string, string> => Object.fromEntries(names.flatMap((name) => (values[name] === undefined || values[name] === '' ? [] : [[name, values[name]]])));
  const given = await Promise.all(files.map((file) => readEnvFile(file)));
  const shared = { ...only(shell), ...only(Object.assign({}, ...given) as NodeJS.ProcessEnv) };
  const stored = new Set((await readdir(kept).catch(() => [])).filter((name) => name.endsWith('.env')).map((name) => name.slice(0, -'.env'.length)));
  const own = await Promise.all(environments.map(async (environment) => [environment, { ...(stored.has(environment) ? only(await readEnvFile(join(kept, `${environment}.env`))) : {}), ...shared }] as const));
  const byEnvironment = Object.fromEntries(own);
  const values = [...new Set([shared, ...Object.values(byEnvironment)].flatMap((one) => Object.keys(one)))].toSorted((one, other) => one.localeCompare(other));
  return { shared, byEnvironment, found: values, missing: required(plan).filter((name) => !values.includes(name)) };
}

/** Where an environment's secrets are kept on this machine. */
export function keptSecrets(environment: NodeJS.ProcessEnv, repository: string): string {
  return join(environment['XDG_CONFIG_HOME'] ?? join(environment['HOME'] ?? '', '.config'), 'vendure-deploy', repository);
}

/** Every `secrets.NAME` of the plan, and what its called workflows declare. The token of GitHub is none of them: it is the operator's own. */
export function namesIn(plan: WorkflowPlan): string[] {
  const used = [...JSON.stringify({ ...plan, source: null }).matchAll(/\bsecrets(?:\.|\[')([A-Za-z_][A-Za-z0-9_]*)/gu)].map(([, name = '']) => name);
  return [...new Set([...used, ...declared(plan)])].filter((name) => !['GITHUB_TOKEN', 'inherit'].includes(name)).toSorted((one, other) => one.localeCompare(other));
}

function declared(plan: WorkflowPlan): string[] {
  return [...Object.keys(plan.call?.secrets ?? {}), ...plan.jobs.flatMap((job) => (job.kind === 'call' ? declared(job.callee) : []))];
}

function required(plan: WorkflowPlan): string[] {
  const here = Object.entries(plan.call?.secrets ?? {}).flatMap(([name, secret]) => (secret.required ? [name] : []));
  return [...new Set([...here, ...plan.jobs.flatMap((job) => (job.kind === 'call' ? required(job.callee) : []))])];
}

async function readEnvFile(file: string): Promise<NodeJS.ProcessEnv> {
  const found = await stat(file).catch(() => {
    throw new Refusal(`there is no secret file ${file}`);
  });
  if (found.isFile() && (found.mode & 0o077) !== 0) throw new Refusal(`the secret file ${file} can be read by others. Close it:  chmod 600 ${file}`);
  return parseEnv(await readFile(file, 'utf8'));
}
