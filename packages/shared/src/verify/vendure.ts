import type { VendureSurface } from '../config/index.ts';
import type { Clock } from '../action/index.ts';
import { readHealth } from '../probe/index.ts';
import type { Secret } from '../secrets/index.ts';
import { graphqlFault, JSON_BODY } from './graphql.ts';
import { identityOf } from './identity.ts';
import { canaryJob, orphanedJobs } from './jobs.ts';
import { ask, jsonOf, type Reach } from './reach.ts';
import { atPointer } from './steps/pointer.ts';
import type { Probe, Reading, Subject } from './types.ts';

/** What only a Vendure server is asked for. */
export interface VendureAsked {
  readonly clock: Clock;
  /** The token of the shop's job checks; empty: they are left out. */
  readonly jobsToken: Secret;
  /** Longest time for a canary job. */
  readonly workerSeconds: number;
  /** Instead of the configuration's; null: that one's. */
  readonly queueLagSeconds: number | null;
  /** When the switch was, RFC 3339; '': by the worker's own start. */
  readonly switchedAt: string;
}

// As the schema has it, for a surface without `verify`.
const LAG_SECONDS = 300;

export function vendureSubject(surface: VendureSurface, { wanted, reach, asked }: { wanted: string; reach: Reach; asked: VendureAsked }): Subject {
  const base = surface['public-url'];
  const health = once(() => readHealth({ http: reach.http, url: `${base}${surface['health-path']}`, headers: reach.headersOf('vendure'), timeoutMs: reach.timeoutMs, signal: reach.signal }));
  const most = asked.queueLagSeconds ?? surface.verify?.['queue-lag-seconds'] ?? LAG_SECONDS;
  const jobs = { url: `${base}${surface.verify?.['jobs-path'] ?? ''}`, token: asked.jobsToken, reach, clock: asked.clock, seconds: asked.workerSeconds, wanted };
  const absent: Reading | null = surface.verify?.['jobs-path'] === undefined
    ? { kind: 'not-configured', why: 'the configuration has no verify.jobs-path' }
    : asked.jobsToken.isEmpty ? { kind: 'not-configured', why: 'input `jobs-token` is empty' } : null;
  // When the worker that took the canary job had started: what ran before that is nobody's any more.
  let workerSince = '';
  return {
    surface: 'vendure',
    identity: () => identityOf({ surface: 'vendure', base, path: surface['version-path'], wanted, reach }),
    reads: [
      { name: 'health', read: async () => ready(await health.fresh()) },
      { name: 'queue-lag', read: async () => lag(await health.same(), most) },
      { name: 'graphql', read: () => graphql(surface['graphql-path'] === undefined ? null : `${base}${surface['graphql-path']}`, reach) },
    ],
    writes: [
      { name: 'worker', read: async () => {
        if (absent !== null) return absent;
        const { reading, since } = await canaryJob(jobs);
        workerSince = since;
        return reading;
      } },
      { name: 'orphaned-jobs', read: async () => absent ?? orphanedJobs(jobs, asked.switchedAt === '' ? workerSince : asked.switchedAt) },
    ] satisfies Probe[],
  };
}

type Health = Awaited<ReturnType<typeof readHealth>>;

function ready(health: Health): Reading {
  if (health.kind === 'unreachable') return { kind: 'no-answer', why: health.why };
  if (health.kind === 'failing') return { kind: 'failing', why: health.why };
  return (health.pendingMigrations ?? 0) > 0 ? { kind: 'failing', why: `${health.pendingMigrations} migrations are pending` } : { kind: 'ok' };
}

function lag(health: Health, mostSeconds: number): Reading {
  if (health.kind === 'unreachable') return { kind: 'no-answer', why: health.why };
  if (health.kind === 'failing') return { kind: 'not-configured', why: 'it is not ready, and its lag was not read' };
  if (health.queueLagSeconds === null) return { kind: 'not-configured', why: 'the shop tells no checks.jobQueueLag.seconds' };
  if (health.queueLagSeconds <= mostSeconds) return { kind: 'ok' };
  return { kind: 'failing', why: `the oldest job has waited for ${health.queueLagSeconds} s, more than ${mostSeconds} s: does the worker work?` };
}

/** A table, not a cached value: Vendure answers what it has in memory without its database, too. */
async function graphql(url: string | null, reach: Reach): Promise<Reading> {
  if (url === null) return { kind: 'not-configured', why: 'the configuration has no graphql-path' };
  const answer = await ask(reach, { surface: 'vendure', method: 'POST', url, headers: JSON_BODY, body: JSON.stringify({ query: '{ products { totalItems } }' }) });
  if (answer.kind !== 'answer') return { kind: answer.kind === 'wrong' ? 'failing' : 'no-answer', why: answer.why };
  const fault = graphqlFault(answer.response, url) ?? (typeof atPointer(jsonOf(answer.response), '/data/products/totalItems') === 'number' ? null : `${url} gave no number of products`);
  return fault === null ? { kind: 'ok' } : { kind: 'failing', why: fault };
}

/** Two probes of one attempt judge the same answer. */
function once<T>(read: () => Promise<T>): { fresh(): Promise<T>; same(): Promise<T> } {
  let last: Promise<T> | null = null;
  const fresh = (): Promise<T> => (last = read());
  return { fresh, same: () => last ?? fresh() };
}
