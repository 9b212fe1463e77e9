import { lasting, UserError } from '@vendure-deploy/shared/action';
import type { Stage } from './stage.ts';

/** Beyond the longest time of what is done under it; then whoever comes may take it. */
const MARGIN_SECONDS = 120;
const RELEASE_MS = 2000;

/** How long the steps after a switch may take, by their own limits. */
export function afterSwitchSeconds({ context: { inputs }, target: { config } }: Stage): number {
  return inputs.attempts * (inputs['interval-seconds'] + 2 * inputs['timeout-seconds']) + 120 * (config['after-switch'].length + 4);
}

/** Takes the lock on the host, or renews it: whoever deploys there, from whatever repository or machine, meets it. @throws {UserError} */
export async function takeLock({ host, target: { config } }: Stage, seconds: number, folder: string | null): Promise<void> {
  const taken = await host.lock(seconds + MARGIN_SECONDS, folder);
  if (taken.mine) return;
  throw new UserError(`wp-deploy: another deploy is at work on ${config.plugin} at ${config.host}: ${taken.by ?? 'by whom is not known'}. Nothing was switched. It ends by itself, at the latest at ${taken.until ?? 'an unknown time'}; then start this one again.`, { reasonCode: 'lock-held-by-another' });
}

/** Given back however it ends; should that fail, it ends by its date. */
export async function underLock<T>(stage: Stage, seconds: number, folder: string | null, work: () => Promise<T>): Promise<T> {
  const { context: { log, signal } } = stage;
  await takeLock(stage, seconds, folder);
  try {
    return await work();
  } finally {
    await stage.host.unlock(signal.aborted ? lasting(signal, RELEASE_MS) : signal).catch((error: unknown) => log.warning(`wp-deploy: the lock on the host was not given back: ${error instanceof Error ? error.message : String(error)}. It ends by itself.`));
  }
}
