import { join } from 'node:path';
import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import { type EnvironmentConfig, environmentOf, loadConfig } from '@vendure-deploy/shared/config';
import { readVersion, type VersionReading } from '@vendure-deploy/shared/probe';
import { judgeVerdict, type Observed, secondsOf, shortSha, slaClock, SURFACES, type Surface, type SurfaceReading, type Verdict } from '@vendure-deploy/shared/release';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { budgetOf } from '@vendure-deploy/shared/sla';
import { tellGitHub } from './deployment.ts';
import type { inputs as declared, outputs } from './io.ts';
import { jobSeconds } from './job-seconds.ts';
import { nextCommands } from './next-command.ts';
import { page } from './page.ts';
import { startedWith } from './options.ts';
import { type Phase, readPhases } from './phases.ts';
import { probesOf } from './probes.ts';
import { writeReport } from './report-file.ts';
import { readTimes } from './run-times.ts';
import { situationOf } from './situation.ts';
import { slowestOf } from './time-section.ts';
import { readCauses, tellCauses } from './why.ts';

type Context = ActionContext<typeof declared>;

/** Reads again itself: no verdict comes from how a job ended. */
export async function run(context: Context): Promise<ActionResult<typeof outputs>> {
  const { inputs, log, workspace, clock, summary } = context;
  const config = await loadConfig(join(workspace, inputs.config));
  const environment = environmentOf(config, inputs.environment);
  const budgetSeconds = budgetOf(inputs['sla-seconds'], inputs.environment, environment);
  const phases = readPhases(inputs.phases);
  const wanted = SURFACES.filter((surface) => inputs[surface] && environment.surfaces[surface] !== undefined);
  const started = startedWith(inputs.options, inputs['on-by-default']);
  const [readings, times] = await Promise.all([log.group('Read what serves now', () => readAll(wanted, environment, phases, context)), readTimes(context)]);
  const probes = probesOf(phases);
  const verdict = inputs.sha === '' ? 'failed-before-switch' : judgeVerdict(readings, probes.found);
  const sla = slaClock({ budgetSeconds, startedAtMs: times.startedAt }).read(
    clock.now(),
    phases.filter((phase) => phase.seconds > 0).map((phase) => ({ phase: phase.name, seconds: phase.seconds })),
  );
  if (sla.status === 'breached') log.warning(`This deploy took ${secondsOf(sla.seconds)} s; the promise is ${sla.budgetSeconds} s.${times.timeline === null ? '' : slowestOf(times.timeline)}`);
  const situation = situationOf({ context, environment, readings, phases, started });
  const causes = await readCauses(phases, times.jobs, situation, context);
  const isBroken = probes.found === 'broken' && hasArrived(readings);
  const next = nextCommands({ verdict, causes, situation, isBroken });
  summary.add(page({ environment: inputs.environment, sha: inputs.sha, verdict, readings, phases, sla, times, causes, next }));
  await tellCauses(causes, context);
  const forgiven = verdict === 'partial' && probes.found !== 'broken' && !inputs['dashboard-blocking'] && onlyDashboardMissing(readings);
  const message = sentence({ environment: inputs.environment, verdict, readings, next, cause: inputs.sha === '' ? firstCause(phases) : probes.remark(verdict) });
  if (forgiven) log.warning(message);
  const deployment = await tellGitHub({ verdict, seconds: { total: sla.seconds, phases: Object.fromEntries(sla.phases.map(({ phase, seconds }) => [phase, seconds])), jobs: times.timeline === null ? {} : jobSeconds(times.timeline) } }, wanted, environment, context);
  const result = { verdict, surfaces: readings, sla: { seconds: sla.seconds, status: sla.status, 'budget-seconds': sla.budgetSeconds, 'critical-path': times.timeline?.critical ?? null, slowest: times.timeline?.slowest ?? null }, diagnoses: causes, next, deployment };
  return {
    ...(isBroken ? { decision: 'failed', reasonCode: probes.reasonCode } : ending(verdict, forgiven)),
    message,
    outputs: { verdict, ...servingOutputs(readings), 'sla-seconds': secondsOf(sla.seconds), 'sla-status': sla.status, 'report-file': await writeReport({ ...result, message }, phases, context) },
    result,
  };
}

async function readAll(surfaces: readonly Surface[], environment: EnvironmentConfig, phases: readonly Phase[], context: Context): Promise<Partial<Record<Surface, SurfaceReading>>> {
  const rows = await Promise.all(
    surfaces.map(async (surface) => {
      const observed = withMachines(await observe(surface, environment, context), phases.find((phase) => phase.name === surface));
      const before = beforeOf(surface, phases, observed);
      return [surface, { ...(before === undefined ? {} : { before }), intended: context.inputs.sha, observed }] as const;
    }),
  );
  return Object.fromEntries(rows);
}

/** The public URL shows one Machine at a time: where the phase last read several commits on them, several serve. */
function withMachines(observed: Observed, phase: Phase | undefined): Observed {
  if (observed.kind !== 'confirmed' || phase === undefined) return observed;
  const serving = new Set([observed.sha, ...phase.revisions]);
  return serving.size === 1 || phase.result === 'success' ? observed : { kind: 'stale', sha: observed.sha, mixed: [...serving] };
}

/** The phase's own anchor, else what preflight read; a phase that never began has changed nothing. Absent: nobody read it. */
function beforeOf(surface: Surface, phases: readonly Phase[], observed: Observed): string | null | undefined {
  // A lane that shows nothing has switched nothing for anybody.
  if (observed.kind === 'stale' && observed.sha === null && observed.mixed === undefined) return null;
  const phase = phases.find((one) => one.name === surface);
  const read = phase?.before ?? phases.map((one) => one.serving[surface]).find((sha) => typeof sha === 'string');
  if (typeof read === 'string') return read;
  return phase === undefined || phase.result === 'skipped' ? (servingOf(observed) ?? undefined) : undefined;
}

// Two equal answers over fresh connections; the pause is short, because everything was verified before.
const READS = 2;
const PAUSE_MS = 500;
// One lost answer is no evidence that nothing serves (mission: HTTP 000 is no failure by itself); three in a row are.
const TRIES = 3;

async function observe(surface: Surface, environment: EnvironmentConfig, context: Context): Promise<Observed> {
  const { http, signal, clock, inputs, log } = context;
  const place = environment.surfaces[surface];
  if (place === undefined) return { kind: 'unknown', why: 'not configured' };
  const once = (): ReturnType<typeof readVersion> => readVersion({ http, signal, url: `${place['public-url']}${place['version-path']}`, headers: guardHeaders(place, context), timeoutMs: inputs['timeout-seconds'] * 1000 });
  const read = async (): ReturnType<typeof readVersion> => {
    let version = await once();
    for (let tries = 1; version.kind !== 'serves' && tries < TRIES && !signal.aborted; tries += 1) {
      log.info(`${surface}: ${version.why}. Asking again.`);
      await clock.sleep(PAUSE_MS, signal);
      version = await once();
    }
    return version;
  };
  const seen = new Set<string>();
  for (let count = 0; count < READS; count += 1) {
    if (count > 0) await clock.sleep(PAUSE_MS, signal);
    const version = await read();
    if (version.kind !== 'serves') return isClosed(place, version) ? { kind: 'stale', sha: null } : { kind: 'unknown', why: version.why };
    seen.add(version.sha);
    log.info(`${surface} serves ${shortSha(version.sha)}.`);
  }
  const [sha = '', other] = [...seen];
  if (other !== undefined) return { kind: 'stale', sha: null, mixed: [...seen] };
  return { kind: 'confirmed', sha };
}

/** What lets us through where Access stands before a surface. */
function guardHeaders(place: object, { inputs }: Context): Record<string, Secret> {
  const [id, secret] = [inputs['access-client-id'], inputs['access-client-secret']];
  return id.isEmpty || secret.isEmpty || !('access' in place) || place.access === undefined ? {} : { 'cf-access-client-id': id, 'cf-access-client-secret': secret };
}

// Access turned us away: who has passed it may see a version all the same.
const TURNED_AWAY = [302, 401, 403];

/** Behind the route of a hidden lane nothing of ours answers. */
function isClosed(place: object, version: VersionReading): boolean {
  return 'route' in place && place.route !== undefined && version.kind === 'unreadable' && version.status !== undefined && !TURNED_AWAY.includes(version.status);
}

function servingOf(observed: Observed): string | null {
  return observed.kind === 'confirmed' ? observed.sha : null;
}

function servingOutputs(readings: Partial<Record<Surface, SurfaceReading>>): Record<`serving-sha-${Surface}`, string> {
  const of = (surface: Surface): string => {
    const reading = readings[surface];
    return reading === undefined ? '' : (servingOf(reading.observed) ?? '');
  };
  return { 'serving-sha-vendure': of('vendure'), 'serving-sha-dashboard': of('dashboard'), 'serving-sha-storefront': of('storefront') };
}

function hasArrived(readings: Partial<Record<Surface, SurfaceReading>>): boolean {
  return Object.values(readings).every(({ observed, intended }) => servingOf(observed) === intended);
}

function onlyDashboardMissing(readings: Partial<Record<Surface, SurfaceReading>>): boolean {
  const missing = SURFACES.filter((surface) => {
    const reading = readings[surface];
    return reading !== undefined && servingOf(reading.observed) !== reading.intended;
  });
  return missing.every((surface) => surface === 'dashboard');
}

function ending(verdict: Verdict, forgiven: boolean): Pick<ActionResult<typeof outputs>, 'decision' | 'reasonCode'> {
  if (verdict === 'deployed') return { decision: 'done', reasonCode: 'target-serves' };
  if (verdict === 'unchanged') return { decision: 'skipped', reasonCode: 'already-serves' };
  if (verdict === 'partial') return { decision: forgiven ? 'done' : 'partial', reasonCode: 'partly-deployed' };
  if (verdict === 'unknown') return { decision: 'unknown', reasonCode: 'serves-unproven' };
  return { decision: 'failed', reasonCode: 'not-deployed' };
}

/** Why no commit was ever resolved: what the first phase that failed said. */
function firstCause(phases: readonly Phase[]): string {
  const failed = phases.find((phase) => phase.result === 'failure' && phase.message !== '');
  return failed === undefined ? '' : ` ${failed.message}`;
}

interface Said {
  readonly environment: string;
  readonly verdict: Verdict;
  readonly readings: Partial<Record<Surface, SurfaceReading>>;
  readonly next: readonly string[];
  readonly cause: string;
}

/** What serves, surface by surface, and what to type. */
function sentence({ environment, verdict, readings, next, cause }: Said): string {
  const rows = Object.entries(readings).map(([surface, { observed, intended }]) => {
    if (observed.kind === 'unknown') return `what ${surface} serves could not be read (${observed.why})`;
    if (observed.kind === 'stale' && observed.sha === null && observed.mixed === undefined) return `${surface} shows nothing to anybody`;
    if (observed.kind === 'stale') return `${surface} serves several commits at once${observed.mixed === undefined ? '' : ` (${observed.mixed.map(shortSha).join(', ')})`}`;
    return `${surface} serves ${shortSha(observed.sha)}${observed.sha === intended ? '' : ' (old)'}`;
  });
  return `${environment}: ${verdict}. ${rows.join('; ')}.${cause}${next.length === 0 ? '' : ` Next:  ${next.join('  then  ')}`}`;
}
