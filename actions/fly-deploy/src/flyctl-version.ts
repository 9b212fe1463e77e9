import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import type { DeployConfig } from '@vendure-deploy/shared/config';
import { parse } from 'smol-toml';
import { z } from 'zod';

/** The release that the twin's stand-in and the recordings are of; used where nobody names another. */
export const PINNED_FLYCTL = '0.4.87';

export interface WantedFlyctl {
  readonly version: string;
  /** Of the release archive; '' where only the release's own checksums say. */
  readonly sha256: string;
  /** Who named the version. */
  readonly from: string;
}

interface Named {
  readonly version: string;
  readonly sha256?: string | undefined;
  readonly from: string;
}

/**
 * The first that names a version: input, configuration, mise.toml, .tool-versions of the workspace, our pin. A digest belongs to the version that it was given with.
 * @throws {UserError} for a version that is not exact: `latest` or a prefix is another program every day
 */
export async function wantedFlyctl(inputs: { readonly 'flyctl-version': string; readonly 'flyctl-sha256': string }, config: DeployConfig, workspace: string): Promise<WantedFlyctl> {
  const { version, sha256, from } = (await firstOf([
    () => Promise.resolve(named(inputs['flyctl-version'], 'input `flyctl-version`')),
    () => Promise.resolve(config.tools?.flyctl === undefined ? null : { ...config.tools.flyctl, from: 'the configuration' }),
    async () => named(versionOfMise(await textOf(join(workspace, 'mise.toml'))), 'mise.toml'),
    async () => named(versionOfToolVersions(await textOf(join(workspace, '.tool-versions'))), '.tool-versions'),
  ])) ?? { version: PINNED_FLYCTL, from: "the suite's pin" };
  if (!/^\d+\.\d+\.\d+$/u.test(version)) throw new UserError(`fly-deploy: ${from} names flyctl ${JSON.stringify(version.slice(0, 40))}. It takes one exact release such as ${PINNED_FLYCTL}; "latest" would be another program every day.`, { reasonCode: from.startsWith('input') ? 'invalid-input' : 'invalid-config' });
  return { version, sha256: inputs['flyctl-sha256'] || (sha256 ?? ''), from };
}

async function firstOf(sources: readonly (() => Promise<Named | null>)[]): Promise<Named | null> {
  for (const source of sources) {
    const found = await source();
    if (found !== null) return found;
  }
  return null;
}

function named(version: string, from: string): Named | null {
  return version === '' ? null : { version, from };
}

// https://mise.jdx.dev/configuration.html: a string, a table with `version`, or a list of either, of which the first is used.
const miseTool = z.union([z.string(), z.object({ version: z.string() }).transform((tool) => tool.version)]);
const miseToml = z.object({ tools: z.object({ flyctl: z.union([miseTool, z.array(miseTool).transform((tools) => tools[0] ?? '')]).optional() }).loose().optional() }).loose();

/** '' where it names no flyctl, or cannot be read: mise itself says what is wrong with its file. */
export function versionOfMise(text: string): string {
  try {
    return miseToml.parse(parse(text)).tools?.flyctl ?? '';
  } catch {
    return '';
  }
}

/** asdf's format: a tool and its versions a line, `#` begins a comment; '' where it names no flyctl. */
export function versionOfToolVersions(text: string): string {
  const words = text.split('\n').map((line) => line.replace(/#.*$/u, '').trim().split(/\s+/u));
  return words.find(([tool]) => tool === 'flyctl')?.[1] ?? '';
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
