import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign, verify as verifySignature } from 'node:crypto';
import { z } from 'zod';
import { json, Refusal } from './answers.ts';
import type { Permissions } from './world.ts';

/** The job that a token is about, as GitHub knows it. */
export interface IdentityOfJob {
  readonly repository: string;
  readonly ref: string;
  readonly sha: string;
  readonly actor: string;
  readonly runId: number;
  readonly runAttempt: number;
  /** owner/name/.github/workflows/file@ref: the workflow that the job stands in, a called one too. */
  readonly jobWorkflowRef: string;
  /** null: the job names none. */
  readonly environment: string | null;
  /** Ids of owner and repository, where the repository was made after GitHub began to put them into the subject (18 June 2026): a name that is given away takes no trust along. */
  readonly ids?: { readonly owner: number; readonly repository: number };
  readonly permissions: Permissions;
}

const claims = z.looseObject({ iss: z.string(), sub: z.string(), aud: z.string(), exp: z.number() });

export type TokenClaims = z.infer<typeof claims>;

export interface Issuer {
  claims(host: string): boolean;
  fetch(request: Request): Response;
  /** The two variables by which a job asks for a token; {} for one without `id-token: write`. */
  environmentOf(job: IdentityOfJob): Readonly<Record<string, string>>;
  /** What a token says that was signed here, ended or not; null for any other. */
  verify(token: string): TokenClaims | null;
}

// One of the names under which GitHub gives tokens out; clients go around a proxy for loopback, so it is a real one.
const HOST = 'pipelinesghubeus1.actions.githubusercontent.com';
const ISSUER = 'https://token.actions.githubusercontent.com';
const LIVES_SECONDS = 300;

/** GitHub's OIDC tokens (RS256), for the jobs that may have one. */
export function createIssuer(now: () => number = Date.now): Issuer {
  const jobs = new Map<string, IdentityOfJob>();
  let made: { publicKey: KeyObject; privateKey: KeyObject } | null = null;
  // A pair takes 0.1 s and more, and most rehearsals need none.
  const keys = (): { publicKey: KeyObject; privateKey: KeyObject } => (made ??= generateKeyPairSync('rsa', { modulusLength: 2048 }));
  return {
    claims: (host) => host === HOST,
    fetch(request) {
      const job = jobs.get((request.headers.get('authorization') ?? '').replace(/^bearer /iu, ''));
      const url = new URL(request.url);
      if (job === undefined) throw new Refusal(401, 'Unauthorized');
      if (request.method !== 'GET' || !url.pathname.endsWith('/idtoken')) throw new Refusal(404, 'Not Found');
      return json({ count: 1, value: token(job, url.searchParams.get('audience') ?? `https://github.com/${job.repository.split('/')[0] ?? ''}`) });
    },
    environmentOf(job) {
      if (job.permissions['id-token'] !== 'write') return {};
      const bearer = `idtoken_${randomBytes(30).toString('base64url')}`;
      jobs.set(bearer, job);
      // The query is there already, as on GitHub: a client only adds the audience.
      return { ACTIONS_ID_TOKEN_REQUEST_URL: `https://${HOST}/${job.runId}/idtoken?api-version=2.0`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer };
    },
    verify(given) {
      const [head = '', payload = '', signature = ''] = given.split('.');
      if (made === null || !verifySignature('RSA-SHA256', Buffer.from(`${head}.${payload}`), made.publicKey, Buffer.from(signature, 'base64url'))) return null;
      return claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    },
  };

  function token(job: IdentityOfJob, audience: string): string {
    const at = Math.floor(now() / 1000);
    const payload = {
      jti: randomUUID(), sub: subjectOf(job), aud: audience, iss: ISSUER, iat: at, nbf: at - 300, exp: at + LIVES_SECONDS,
      repository: job.repository, repository_owner: job.repository.split('/')[0], ref: job.ref, ref_type: 'branch', sha: job.sha, actor: job.actor, run_id: String(job.runId), run_attempt: String(job.runAttempt),
      event_name: 'workflow_dispatch', job_workflow_ref: job.jobWorkflowRef, ...(job.ids === undefined ? {} : { repository_id: String(job.ids.repository), repository_owner_id: String(job.ids.owner) }), runner_environment: 'github-hosted', ...(job.environment === null ? {} : { environment: job.environment }),
    };
    const signed = [{ alg: 'RS256', typ: 'JWT', kid: 'twin' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), keys().privateKey).toString('base64url')}`;
  }
}

/** A job of an environment is known by it, and by its ref otherwise. */
function subjectOf({ repository, environment, ref, ids }: IdentityOfJob): string {
  const [owner = '', name = ''] = repository.split('/');
  return `repo:${ids === undefined ? repository : `${owner}@${ids.owner}/${name}@${ids.repository}`}:${environment === null ? `ref:${ref}` : `environment:${environment}`}`;
}
