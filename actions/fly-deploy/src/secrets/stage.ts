import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import { type FlyClient, type FlySecret, ProviderError } from '@vendure-deploy/shared/providers/fly';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { ToolResult } from '@vendure-deploy/shared/tools';
import { lastWords } from '../flyctl.ts';
import type { Flyctl } from '../flyctl-tool.ts';
import type { inputs as declared } from '../io.ts';
import { type Arrival, arrival } from './compare.ts';
import { type Secrets, valuesToStage } from './sync.ts';

export interface Staging {
  readonly context: ActionContext<typeof declared>;
  readonly app: string;
  readonly fly: FlyClient;
  readonly flyctl: Flyctl;
  readonly secrets: Secrets;
  readonly text: Secret;
}

export interface Staged {
  readonly staged: readonly string[];
  readonly renewed: readonly string[];
  /** Why the deploy must not follow; null: they are there. */
  readonly problem: Pick<ActionResult<never>, 'decision' | 'reasonCode' | 'message'> | null;
}

// One call of Fly's API; flyctl needs 0.1 s for it.
const DEADLINE_MS = 60_000;

/**
 * Stages what differs, and proves by Fly's list that it arrived: flyctl's exit code says neither that, nor that it did not. `--stage` restarts nothing; without
 * it flyctl would make a release of its own and restart every Machine.
 */
export async function stageSecrets({ context, app, fly, flyctl, secrets, text }: Staging): Promise<Staged> {
  const values = valuesToStage(secrets);
  const names = [...values.keys()];
  const result = await flyctl.run({ args: ['secrets', 'import', '--stage', '--app', app], stdin: text, deadlineMs: DEADLINE_MS });
  if (result.cancelled) return failed(names, 'unknown', 'cancelled', `Cancelled while flyctl staged ${names.join(', ')}: whether they are at Fly was not read.`);
  const seen = await readBack({ context, fly }, (after) => arrival(values, secrets.comparison, secrets.listed, after));
  if (seen instanceof ProviderError) return failed(names, 'unknown', 'secrets-not-staged', `Whether ${names.join(', ')} were staged could not be read (${seen.message}), and ${said(result)}`);
  if (seen.missing.length > 0) return failed(names, 'failed', 'secrets-not-staged', `Fly does not hold the secrets as they were staged: ${seen.missing.map(({ name, why }) => `${name}, ${why}`).join('; ')}. And ${said(result)}`);
  tell(seen, context.log);
  return { staged: names, renewed: seen.renewed, problem: null };
}

/** Fly's list may lag behind a write: it is read until it shows what was staged, as long as the gate may take. */
async function readBack({ context: { inputs, clock, signal }, fly }: Pick<Staging, 'context' | 'fly'>, judge: (after: readonly FlySecret[]) => Arrival): Promise<Arrival | ProviderError> {
  const deadline = clock.now() + inputs['gate-seconds'] * 1000;
  for (;;) {
    const after = await fly.secrets().catch((error: unknown) => {
      if (error instanceof ProviderError) return error;
      throw error;
    });
    const seen = after instanceof ProviderError ? after : judge(after);
    const done = !(seen instanceof ProviderError) && seen.missing.length === 0;
    if (done || clock.now() + inputs['read-interval-seconds'] * 1000 > deadline) return seen;
    await clock.sleep(inputs['read-interval-seconds'] * 1000, signal);
  }
}

function failed(staged: readonly string[], decision: 'failed' | 'unknown', reasonCode: 'cancelled' | 'secrets-not-staged', message: string): Staged {
  return { staged, renewed: [], problem: { decision, reasonCode, message: `${message} No Machine was touched; what is staged ships with the next deploy. Run this again.` } };
}

function said({ exitCode, stdout, stderr }: ToolResult): string {
  if (exitCode === 0) return 'flyctl said that it succeeded.';
  return `flyctl ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}. Its last words: ${lastWords(`${stdout}\n${stderr}`)}.`;
}

function tell({ renewed, unmoved, scheme }: Arrival, log: Staging['context']['log']): void {
  if (scheme === 'known') return log.info(`Staged, and proven by Fly's own digests: ${[...renewed, ...unmoved].join(', ')}`);
  log.info('How Fly makes its digests is not known to this action: that each staged secret is listed is all that can be told of it.');
  if (renewed.length > 0) log.info(`Staged, with another digest than before: ${renewed.join(', ')}`);
  if (unmoved.length > 0) log.info(`Staged, with the digest of before, so the value was the same already: ${unmoved.join(', ')}`);
}
