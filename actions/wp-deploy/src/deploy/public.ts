import type { WordPressSurface } from '@vendure-deploy/shared/config';
import { readVersion } from '@vendure-deploy/shared/probe';
import type { Context } from '../io.ts';

export interface PublicReading {
  readonly ok: boolean;
  /** What was seen, as a sentence's end. */
  readonly why: string;
}

/** What WordPress shows in place of a page, some of it with 200. */
const BROKEN = ['There has been a critical error on this website', 'Error establishing a database connection', 'Fatal error:', 'Parse error:'];
const MOST_BYTES = 4 * 1024 * 1024;

/** Once: the health page, and where the plugin says which commit it is. @param sha null: any commit */
export async function lookAtPublic({ http, inputs, signal }: Pick<Context, 'http' | 'inputs' | 'signal'>, config: WordPressSurface, sha: string | null): Promise<PublicReading> {
  const url = `${config['public-url']}${config['health-path']}`;
  const deadlineMs = inputs['timeout-seconds'] * 1000;
  const answer = await http.request({ method: 'GET', url, deadlineMs, maxBytes: MOST_BYTES, retry: 'never', freshConnection: true, signal });
  if (answer.kind === 'unreachable') return { ok: false, why: answer.message };
  if (answer.status !== 200) return { ok: false, why: `${url} answers HTTP ${answer.status}` };
  const text = answer.text();
  const broken = BROKEN.find((words) => text.includes(words));
  if (broken !== undefined) return { ok: false, why: `${url} says "${broken}"` };
  const path = config['version-path'];
  if (path === undefined || sha === null) return { ok: true, why: `${url} answers HTTP 200` };
  const version = await readVersion({ http, url: `${config['public-url']}${path}`, timeoutMs: deadlineMs, signal });
  if (version.kind !== 'serves') return { ok: false, why: version.why };
  return version.sha === sha ? { ok: true, why: `${url} answers HTTP 200, and the plugin says ${sha}` } : { ok: false, why: `${config['public-url']}${path} says ${version.sha}` };
}

/** Until it answers as it should: PHP keeps what it has compiled for some seconds (opcache.revalidate_freq). */
export async function watchPublic(context: Pick<Context, 'http' | 'inputs' | 'signal' | 'clock' | 'log'>, config: WordPressSurface, sha: string | null): Promise<PublicReading> {
  const { inputs, clock, signal, log } = context;
  for (let attempt = 1; ; attempt += 1) {
    const reading = await lookAtPublic(context, config, sha);
    signal.throwIfAborted();
    log.info(`${attempt}/${inputs.attempts}: ${reading.why}`);
    if (reading.ok || attempt >= inputs.attempts) return reading;
    await clock.sleep(inputs['interval-seconds'] * 1000, signal);
  }
}
