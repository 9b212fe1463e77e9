import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wantedNames, type WorkerSurface } from '@vendure-deploy/shared/config';
import { cloudflareLaneClient, type CloudflareLaneClient } from '@vendure-deploy/shared/providers/cloudflare';
import { stagedSecrets } from '@vendure-deploy/shared/providers/fly';
import { earlierDeploys } from '@vendure-deploy/shared/providers/github';
import { forecastOf, SURFACES } from '@vendure-deploy/shared/release';
import { configurationOf } from '@vendure-deploy/shared/wrangler-configuration';
import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import type { Check } from '../check.ts';
import type { Facts } from '../facts.ts';
import type { Context, Subject } from '../subject.ts';
import { changesOf } from './machines.ts';
import { type FlightPlan, type Known, type RoutesChange, routesChange, secretsChange, wayBackOf } from './plan.ts';

const flyToml = z.looseObject({ deploy: z.looseObject({ strategy: z.string().optional(), release_command: z.string().optional() }).optional() });

/** All of it at the same time; what cannot be read is not known, and stops nothing. @param checks what was found already */
export async function readPlan(context: Context, subject: Subject, facts: Facts, checks: readonly Check[]): Promise<FlightPlan> {
  const { inputs, run } = context;
  const sha = await facts.sha();
  const served = await facts.servingShas();
  const serving = Object.fromEntries(subject.surfaces.map((surface) => [surface, served[surface] ?? null]));
  const base = SURFACES.map((surface) => serving[surface]).find((one) => typeof one === 'string') ?? null;
  const [commits, vendure, workers, forecast] = await Promise.all([
    known(async () => {
      if (base === null) throw new Error('what serves could not be read');
      const { commits: listed, total } = await facts.since(base);
      return { since: base, listed, total };
    }),
    vendureOf(context, subject, facts, checks),
    workersOf(context, subject),
    known(async () => {
      const found = forecastOf(await earlierDeploys({ http: context.http, token: inputs['github-token'], apiUrl: run.apiUrl }, run.repository, inputs.environment));
      if (found === null) throw new Error('fewer than three earlier deploys recorded their times');
      return found;
    }),
  ]);
  const migrations = migrationsOf(checks);
  return {
    environment: inputs.environment, sha, serving, commits, migrations, vendure, workers, budgetSeconds: subject.budgetSeconds, bakeSeconds: inputs['bake-seconds'], forecast,
    wayBack: wayBackOf({ serving: base, workflow: run.workflowFile, migrations: migrations?.count ?? 0, secrets: vendure?.secrets !== null && vendure !== null }),
  };
}

async function vendureOf({ inputs, workspace }: Context, { vendure, place }: Subject, facts: Facts, checks: readonly Check[]): Promise<FlightPlan['vendure']> {
  if (vendure === null) return null;
  const fly = flyToml.safeParse(await readFile(join(workspace, vendure['fly-config']), 'utf8').then(parseToml, () => null)).data?.deploy;
  // As fly-deploy chooses it; without a word flyctl takes rolling.
  const strategy = inputs.strategy || (vendure.strategy ?? fly?.strategy ?? 'rolling');
  const wanted = vendure.secrets === undefined ? null : wantedNames(vendure.secrets);
  const [machines, secrets] = await Promise.all([
    known(async () => changesOf(await facts.machines(), vendure['process-groups'], strategy)),
    wanted === null ? null : known(async () => {
      const [listed, releases, all] = await Promise.all([facts.fly().secrets(), facts.fly().releases(), facts.machines()]);
      return secretsChange(wanted, listed.map(({ name }) => name), stagedSecrets(listed, all, releases));
    }),
  ]);
  return { strategy, releaseCommand: fly?.release_command !== undefined, machines, secrets, image: imageWords(checks, place['promote-from']) };
}

/** What the check of the image found is where it comes from. */
function imageWords(checks: readonly Check[], promoteFrom: string | undefined): string {
  const found = checks.find(({ id }) => id === 'image');
  switch (found?.data?.['state']) {
    case 'present': return 'is there already, and is used as it is';
    case 'absent': return promoteFrom === undefined ? 'is built' : `is copied from ${promoteFrom}, where that has one of this commit; else it is built`;
    case 'elsewhere': return 'is copied from where it is';
    case 'missing': return 'is missing, and none may be built';
    default: return `is not known to be there (${found?.evidence ?? 'nobody looked'})`;
  }
}

async function workersOf({ inputs, http, signal, workspace }: Context, { workers }: Subject): Promise<FlightPlan['workers']> {
  return Promise.all(workers.map(async (worker) => {
    const cloudflare = cloudflareLaneClient({ http, token: inputs['cloudflare-api-token'], accountId: worker['account-id'], signal });
    return { worker: worker.worker, routes: await known(() => routesOf(worker, workspace, cloudflare)) };
  }));
}

async function routesOf(worker: WorkerSurface, workspace: string, cloudflare: CloudflareLaneClient): Promise<RoutesChange> {
  const file = worker['wrangler-config'];
  const text = await readFile(join(workspace, file), 'utf8').catch(() => null);
  if (text === null) throw new Error(`the workspace has no ${file}`);
  const { routes, zones } = configurationOf(text, file, worker['wrangler-environment'] ?? '');
  const live = await Promise.all(zones.map(async (zone) => cloudflare.routes(await cloudflare.zoneId(zone))));
  return routesChange(routes.map(({ pattern }) => pattern), live.flat().filter((route) => route.worker === worker.worker).map(({ pattern }) => pattern));
}

function migrationsOf(checks: readonly Check[]): FlightPlan['migrations'] {
  const found = checks.find(({ id }) => id === 'migration-scan');
  if (found === undefined || found.status === 'skipped') return null;
  const listed = found.data?.['migrations'];
  return { evidence: found.evidence, count: Array.isArray(listed) ? listed.length : 0 };
}

async function known<T>(read: () => Promise<T>): Promise<Known<T>> {
  try {
    return { kind: 'known', value: await read() };
  } catch (error) {
    return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };
  }
}
