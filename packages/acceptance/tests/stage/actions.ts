import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { type ActionDescription, type AnyActionDefinition, describeAction } from '@vendure-deploy/shared/action';
import { type ActionMetadata, actionFolders, readMetadata } from '../../src/index.ts';
import { CONFIG_FILE, FLY_CONFIG, flyConfig, shopConfig } from './config.ts';

/** One action of the suite, with inputs that it accepts. */
export interface Subject {
  readonly name: string;
  readonly folder: string;
  readonly metadata: ActionMetadata;
  /** Each with its kind, which action.yml cannot say. */
  readonly inputs: ActionDescription['inputs'];
  readonly hasPost: boolean;
  /** Allowed values of what is required, and every secret: with a configuration in the workspace it goes to work. */
  readonly valid: Readonly<Record<string, string>>;
}

export type Input = Subject['inputs'][number];

/** What a kind alone does not say. */
const OWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'build-vendure-image': { 'build-secrets': `NPM_TOKEN=${secretOf('build-secrets')}` },
  'cf-worker-deploy': { operation: 'deploy', 'worker-secrets': `API_KEY=${secretOf('worker-secrets')}`, 'artifact-directory': '../artifact' },
  'deploy-report': { phases: '{}' },
  'nx-cache-bust': { key: 'Linux-X64-nx-ref-develop' },
  'wp-deploy': { operation: 'status' },
};

/** Every action that there is: what holds for all of them holds for a new one. */
export const actions: readonly Subject[] = await Promise.all((await actionFolders()).map(readSubject));

/** For `describe.each`. */
export const eachAction = actions.map((subject) => [subject.name, subject] as const);

export function subjectOf(name: string): Subject {
  const found = actions.find((subject) => subject.name === name);
  if (found === undefined) throw new Error(`There is no action ${name}.`);
  return found;
}

/** A workspace that every action can work in. */
export const workspaceFiles = { [CONFIG_FILE]: shopConfig(), [FLY_CONFIG]: flyConfig() };

async function readSubject(folder: string): Promise<Subject> {
  const name = basename(folder);
  const { action } = (await import(join(folder, 'src/action.ts'))) as { action: AnyActionDefinition };
  const { inputs, hasPost } = describeAction(action);
  const given = inputs.filter((input) => input.required || input.kind === 'secret').map((input) => [input.name, allowedValue(input)] as const);
  return { name, folder, metadata: await readMetadata(folder), inputs, hasPost, valid: { ...Object.fromEntries(given), ...OWN[name] } };
}

function allowedValue({ name, kind, allowed, default: fallback }: Input): string {
  switch (kind) {
    case 'choice': return allowed.split(', ')[0] ?? '';
    case 'sha': return 'a'.repeat(40);
    case 'boolean': return 'true';
    case 'integer':
    case 'seconds': return fallback ?? '1';
    case 'secret': return secretOf(name);
    // The environment that the configuration below has; any other text is as good.
    case 'text':
    case 'list': return 'production';
  }
}

/** What of a secret no escaping changes: whatever form it takes as text, these are in it. */
export function coresOf(input: string): readonly [string, string] {
  const digest = createHash('sha256').update(input).digest('hex');
  return [digest.slice(0, 24), digest.slice(24, 48)];
}

/** A token with every character that some encoding spells otherwise, and that a header may hold. */
export function secretOf(input: string): string {
  const [first, second] = coresOf(input);
  return `fm2_${first}/+"\\ =&<|>\`'$%41${second}`;
}
