import { randomUUID } from 'node:crypto';
import { type Host, hostOf, type Look } from '../host/host.ts';
import { type PluginReading, wordPress, type WordPress } from '../host/wordpress.ts';
import type { Context } from '../io.ts';
import { openSession, type Session } from '../ssh/session.ts';
import type { Target } from '../target.ts';
import { lookAtPublic, type PublicReading } from './public.ts';

/** What was there before the first write, and to which one can return. */
export interface Anchor {
  readonly look: Look;
  readonly plugin: PluginReading;
  readonly public: PublicReading;
}

/** All that an operation works with, once the host has let us in. */
export interface Stage extends AsyncDisposable {
  readonly target: Target;
  readonly context: Context;
  readonly session: Session;
  readonly host: Host;
  readonly wordPress: WordPress;
}

/** @throws {UserError} */
export async function openStage(target: Target, context: Context): Promise<Stage> {
  const { log, clock, run, inputs } = context;
  const { config } = target;
  const session = await log.group(`Log in at ${config.host}`, () => openSession(config, context));
  const holder = { by: run.runId > 0 ? `${run.runUrl} (${run.actor})` : 'a run without a name', run: run.runId > 0 ? `${run.repository}/${run.runId}` : '', attempt: run.runAttempt };
  return {
    target, context, session,
    host: hostOf({ session, config, nonce: randomUUID(), holder, retryMs: inputs['retry-seconds'] * 1000, clock, log }),
    wordPress: wordPress(session, config),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The public page first, and without the host: what is red before a deploy is not of the deploy. */
export function readPublicBefore({ config }: Target, context: Context): Promise<PublicReading> {
  return context.log.group('Read what the public gets', async () => {
    const reading = await lookAtPublic(context, config, null);
    context.signal.throwIfAborted();
    context.log.info(reading.why);
    return reading;
  });
}
