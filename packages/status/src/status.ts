import { type DeployConfig, environmentOf, surfaceOf } from '@vendure-deploy/shared/config';
import type { HttpClient } from '@vendure-deploy/shared/net';
import { Secret } from '@vendure-deploy/shared/secrets';
import { judgeSkew, look, type Reach, type Skew, type Subject, subjectsOf, surfacesIn, type Watched } from '@vendure-deploy/shared/verify';
import { type Deploys, type Github, readDeploys } from './last-deploy.ts';
import { type LockSeen, readLockOf } from './lock.ts';

export interface Status {
  readonly environment: string;
  readonly at: string;
  /** Every surface is well, and none serves what may not stand beside the others. */
  readonly ok: boolean;
  readonly surfaces: readonly Watched[];
  readonly skew: Skew;
  readonly lock: LockSeen;
  readonly deploys: Deploys;
  /** The promise of the configuration. */
  readonly slaSeconds: number;
}

export interface Reading {
  readonly config: DeployConfig;
  readonly environment: string;
  readonly http: HttpClient;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock: Parameters<typeof look>[1];
  /** null: why it cannot be asked stands in `noGithub`. */
  readonly github: Github | null;
  readonly noGithub: string;
  /** What Cloudflare Access lets through; null: none. */
  readonly access: { readonly id: Secret; readonly secret: Secret } | null;
}

/** One look at everything, side by side. */
export async function readStatus(reading: Reading): Promise<Status> {
  const { config, environment, clock, github, noGithub } = reading;
  const subjects = await readSubjects(reading);
  const settings = environmentOf(config, environment);
  const unknown = { kind: 'unknown', why: noGithub } as const;
  const [surfaces, lock, deploys] = await Promise.all([
    Promise.all(subjects.map((subject) => look({ ...subject, writes: [] }, clock))),
    github === null ? unknown : readLockOf(environment, { ...github, repository: settings.lock?.repository ?? github.repository }),
    github === null ? unknown : readDeploys(environment, github),
  ]);
  const shas = Object.fromEntries(surfaces.map(({ surface, sha }) => [surface, sha]));
  const skew = judgeSkew(shas, settings.compatibility ?? null, deploys.kind === 'read' ? deploys.previousSha : '');
  const ok = surfaces.every((one) => one.ok) && skew.ok !== false;
  return { environment, at: new Date(clock.now()).toISOString(), ok, surfaces, skew, lock, deploys, slaSeconds: settings['sla-seconds'] };
}

/** How each surface is asked, whatever commit it serves. @throws {UserError} for a step of the configuration that cannot be asked */
export function readSubjects(reading: Reading): Promise<Subject[]> {
  const { config, environment, clock } = reading;
  return subjectsOf(surfacesIn(config, environment), { config, environment, reach: reachOf(reading), wanted: '', asked: { clock, jobsToken: new Secret(''), workerSeconds: 0, queueLagSeconds: null, switchedAt: '' } });
}

function reachOf({ config, environment, http, signal, timeoutMs, access }: Reading): Reach {
  return {
    http, signal, timeoutMs,
    headersOf: (surface) => (access === null || surface === 'vendure' || surfaceOf(config, environment, surface).access === undefined ? {} : { 'cf-access-client-id': access.id, 'cf-access-client-secret': access.secret }),
  };
}
