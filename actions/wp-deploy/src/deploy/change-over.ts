import { lasting } from '@vendure-deploy/shared/action';
import { HostLost, type Files, type Look } from '../host/host.ts';
import { sameFiles } from './difference.ts';
import { faultOf, type Observed, type WayBack, type Wanted } from './judge.ts';
import { watchPublic } from './public.ts';
import type { Anchor, Stage } from './stage.ts';

interface Change extends Wanted {
  /** The folder below the releases that is to be live. */
  readonly in: string;
  readonly files: Files;
  readonly sha: string | null;
  readonly anchor: Anchor;
}

export type ChangedOver =
  | { readonly kind: 'serves'; readonly observed: Observed; readonly look: Look }
  | { readonly kind: 'not-switched'; readonly why: string; readonly fenceLost: boolean }
  /** The connection was lost during the renames, and did not come back. */
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'taken-back'; readonly fault: string; readonly back: WayBack };

/** Of the six seconds that are left after a cancel. */
const LAST_WORDS_MS = 5000;

/**
 * The switch and all that follows from it: two renames in one process of the host, WP-CLI, what was read back, and the way back when any of that is not as
 * it should be. A cancel after the switch goes the way back as well: nobody has proven the new copy.
 */
export async function changeOver(stage: Stage, change: Change): Promise<ChangedOver> {
  const { context: { log, signal } } = stage;
  const until = lasting(signal, LAST_WORDS_MS);
  signal.throwIfAborted();
  const switched = await log.group('Switch', () => exchange(stage, change, until));
  if (switched.kind !== 'switched') return switched;
  try {
    const fault = await log.group('WP-CLI', () => settle(stage, change));
    const observed = fault === null ? await log.group('Read back', () => observe(stage, change)) : null;
    const wrong = fault ?? (observed === null ? null : faultOf(observed, change));
    if (wrong === null && observed !== null) return { kind: 'serves', observed, look: await stage.host.look() };
    return { kind: 'taken-back', fault: wrong ?? '', back: await takeBack(stage, change, switched.out, until) };
  } catch (error) {
    const fault = signal.aborted ? 'the run was cancelled before it was proven' : error instanceof Error ? error.message : String(error);
    return { kind: 'taken-back', fault, back: await takeBack(stage, change, switched.out, until) };
  }
}

type Switched = { readonly kind: 'switched'; /** Where what was live lies now; null: nothing was. */ readonly out: string | null } | Extract<ChangedOver, { kind: 'not-switched' | 'unknown' }>;

async function exchange({ host }: Stage, change: Change, until: AbortSignal): Promise<Switched> {
  try {
    const said = await host.exchange({ out: 'previous', in: change.in }, until);
    if (!said.fenced) return { kind: 'not-switched', why: 'the lock on the host is not ours any more', fenceLost: true };
    return typeof said.failed === 'string' ? { kind: 'not-switched', why: said.failed, fenceLost: false } : { kind: 'switched', out: said.out ?? null };
  } catch (error) {
    if (!(error instanceof HostLost)) return { kind: 'not-switched', why: error instanceof Error ? error.message : String(error), fenceLost: false };
    // It may have happened all the same: what is live tells.
    const look = await host.look(undefined, until).catch((lost: unknown) => (lost instanceof Error ? lost.message : String(lost)));
    if (typeof look === 'string') return { kind: 'unknown', why: look };
    if (!sameFiles(look.files, change.files)) return { kind: 'not-switched', why: error.message, fenceLost: false };
    const known = new Set(change.anchor.look.copies.map(({ name }) => name));
    const out = look.copies.find(({ name }) => !known.has(name));
    return { kind: 'switched', out: out === undefined ? null : `previous/${out.name}` };
  }
}

/** @returns what went wrong; null: nothing */
async function settle({ target: { config }, wordPress, context: { log } }: Stage, { anchor }: Change): Promise<string | null> {
  const steps = [
    ...(anchor.plugin.active ? [] : [{ name: `plugin activate ${config.plugin}`, run: () => wordPress.activate() }]),
    ...config['after-switch'].map(({ run, plugins }) => ({ name: run.join(' '), run: () => wordPress.step(run, plugins) })),
  ];
  for (const step of steps) {
    const ended = await step.run();
    log.info(`${ended.kind === 'done' ? 'ok    ' : 'failed'} wp ${step.name}`);
    if (ended.kind === 'failed') return ended.why;
  }
  return null;
}

async function observe({ target: { config }, host, wordPress, context }: Stage, { files, sha }: Change): Promise<Observed> {
  const look = await host.look();
  const plugin = await wordPress.plugin();
  return { files: sameFiles(look.files, files), ...plugin, public: await watchPublic(context, config, sha) };
}

/** What was live lies where the switch put it, and goes back by the same two renames; then it is read. */
async function takeBack(stage: Stage, { anchor, in: from }: Change, out: string | null, until: AbortSignal): Promise<WayBack> {
  const { host, wordPress, context: { log } } = stage;
  return log.group('Take it back', async () => {
    try {
      // First: without its folder it could not be deactivated any more.
      if (!anchor.plugin.active) await wordPress.deactivate(until).catch(() => null);
      const said = await host.exchange({ out: from.startsWith('previous/') ? 'previous' : 'refused', in: out }, until);
      if (!said.fenced) return { kind: 'unproven', why: 'the lock on the host is not ours any more' };
      if (typeof said.failed === 'string') return { kind: 'unproven', why: said.failed };
    } catch (error) {
      log.info(`The answer to the way back: ${error instanceof Error ? error.message : String(error)}`);
    }
    try {
      const look = await host.look(undefined, until);
      return sameFiles(look.files, anchor.look.files) ? { kind: 'proven' } : { kind: 'unproven', why: 'what is live is not what was live before' };
    } catch (error) {
      return { kind: 'unproven', why: error instanceof Error ? error.message : String(error) };
    }
  });
}
