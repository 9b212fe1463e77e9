import { UserError } from '@vendure-deploy/shared/action';
import type { ProviderError, Unsettled } from '@vendure-deploy/shared/providers/fly';
import { sentence } from '@vendure-deploy/shared/providers/fly';
import { shortSha } from '@vendure-deploy/shared/release';
import { parse } from 'smol-toml';
import { z } from 'zod';

// What stops a deploy before its first write: each a sentence with what was given, what is allowed and what to do.

/** @throws {UserError} for a value that only these two inputs can have wrong */
export function refuseInputs(given: { 'image-digest': string; 'max-unavailable': string }): void {
  if (!/^(?:sha256:[0-9a-f]{64})?$/u.test(given['image-digest'])) {
    throw new UserError(`fly-deploy: input \`image-digest\` is ${JSON.stringify(given['image-digest'].slice(0, 100))}. It takes a digest such as sha256:<64 hexadecimal digits>; a tag belongs into \`image-tag\`.`);
  }
  const most = given['max-unavailable'];
  if (most !== '' && !(/^\d+(?:\.\d+)?$/u.test(most) && Number(most) > 0)) {
    throw new UserError(`fly-deploy: input \`max-unavailable\` is ${JSON.stringify(most.slice(0, 100))}. It takes how many Machines may be away at once (1, 2, …), or which share of them (0.33). Leave it empty to use fly.toml's.`);
  }
}

const flyToml = z.object({ processes: z.record(z.string(), z.unknown()).optional(), deploy: z.object({ strategy: z.string().optional() }).loose().optional() }).loose();

/**
 * @returns its strategy; '' where it names none
 * @throws {UserError} when the Fly configuration is no TOML, or lacks a process group that the deploy configuration names
 */
export function refuseFlyConfig({ text, path, groups }: { text: string; path: string; groups: readonly string[] }): string {
  const said = flyToml.safeParse(tomlOf(text, path));
  if (!said.success) throw new UserError(`fly-deploy: ${path} is not a Fly configuration: ${said.error.issues[0]?.message ?? 'unknown shape'}.`, { reasonCode: 'invalid-config' });
  const there = Object.keys(said.data.processes ?? { app: '' });
  const absent = groups.filter((group) => !there.includes(group));
  if (absent.length > 0) throw new UserError(`fly-deploy: ${path} has no process group "${absent.join('", "')}". It has: ${there.join(', ')}. Name those in \`process-groups\`, or add it under [processes].`, { reasonCode: 'invalid-config' });
  return said.data.deploy?.strategy ?? '';
}

function tomlOf(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new UserError(`fly-deploy: ${path} is not TOML: ${(error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''}.`, { reasonCode: 'invalid-config', cause: error });
  }
}

/** The input that holds the token of the app that is asked about. */
export type FlyToken = 'fly-api-token' | 'redis-fly-api-token';

/** Fly's answer to the first question, put into words: which input is wrong, and what to type. */
export function flySaysNo(app: string, error: ProviderError, input: FlyToken = 'fly-api-token'): UserError {
  const told = (sentence_: string): UserError => new UserError(`fly-deploy: ${sentence_} Nothing was written.`, { reasonCode: 'anchor-unreadable', cause: error });
  const create = `flyctl tokens create deploy --app ${app} --expiry 720h`;
  switch (error.code) {
    case 'unauthorized': return told(`input \`${input}\` is not a token that Fly knows, or it has expired. Create one:  ${create} .`);
    case 'forbidden': return told(`input \`${input}\` may not read the app "${app}". Create one that may:  ${create} .`);
    case 'not-found': return told(`there is no app "${app}" for this \`${input}\`: the name of the configuration is wrong, or the token is another app's. See which there are:  flyctl apps list .`);
    default: return told(`${error.message}. Try again when Fly answers:  flyctl status --app ${app} .`);
  }
}

/** @throws {UserError} when an update is on its way already, or a host cannot be reached */
export function refuseUnsettled(whose: string, waiting: readonly Unsettled[], budgetSeconds: number): void {
  if (waiting.length === 0) return;
  throw new UserError(`fly-deploy: ${whose} did not settle within ${budgetSeconds} s: ${waiting.map(sentence).join('; ')}. Nothing was written. Wait and run again, or set \`skip-machine-settle\` to deploy all the same.`, { reasonCode: 'not-settled' });
}

/** @throws {UserError} when a Machine is held by somebody, or by a flyctl of ours that was killed, for longer than may be waited */
export function refuseLeased(whose: string, held: readonly string[], budgetSeconds: number): void {
  if (held.length === 0) return;
  throw new UserError(`fly-deploy: ${whose} are still held after ${budgetSeconds} s: ${held.join('; ')}. Nothing was written. Another deploy may be at work: wait and run again, or set \`skip-machine-settle\` to deploy all the same.`, { reasonCode: 'not-settled' });
}

export type Comparison = 'ahead' | 'behind' | 'diverged' | 'identical';

/** @throws {UserError} when what serves contains the commit and more (I8) */
export function refuseOlder({ serving, sha, comparison, allowed }: { serving: string; sha: string; comparison: Comparison; allowed: boolean }): void {
  if (comparison !== 'behind' || allowed) return;
  throw new UserError(`fly-deploy: Vendure serves ${shortSha(serving)}, which is newer than ${shortSha(sha)}. Nothing was written. Deploy a newer commit, or set \`allow-older\` to go back.`, { reasonCode: 'commit-not-allowed' });
}
