import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evidenceOf, recognise } from '@vendure-deploy/shared/diagnosis';
import { insideOf, LONG, type Rehearsed, rehearsed, typed, worldFolder } from '../../stage.ts';
import { VENDURE_ONLY } from '../faults.ts';

type Surface = 'vendure' | 'dashboard' | 'storefront';

/** A failure that the catalogue knows, made in the twin, and cured by what the report then says to type. */
export interface Recovery {
  /** Of the catalogue. */
  readonly id: string;
  /** Lines of faults; none: the commit, or the way it is asked for, is the failure. */
  readonly faults?: readonly string[];
  readonly lane?: string;
  /** Instead of the commit that production does not serve at that moment. */
  readonly args?: readonly string[];
  /** Beside it. */
  readonly more?: readonly string[];
  /** What has to be so before: typed. */
  readonly before?: readonly string[];
  readonly environment?: 'production' | 'staging';
  /** What has to serve the commit afterwards. */
  readonly surfaces?: readonly Surface[];
  /** The failed lane has switched all the same: what it left behind is what is cured. */
  readonly cured?: (world: string) => Promise<void>;
}

const WORKERS_ONLY = ['-f', 'vendure=false'];


/** One after the other in one world: what one leaves, the next one begins with. */
export function recoveriesInARow(recoveries: readonly Recovery[]): void {
  let world: string;
  beforeAll(async () => {
    world = await worldFolder();
  });
  afterAll(() => rm(world, { recursive: true, force: true }));
  for (const recovery of recoveries) test(`${recovery.id}: it is recognised, and what is printed cures it`, () => prove(recovery, world), 2 * LONG);
}

/** Each in a world of its own. */
export function eachRecovery(recoveries: readonly Recovery[]): void {
  for (const recovery of recoveries) {
    test(
      `${recovery.id}: it is recognised, and what is printed cures it`,
      async () => {
        const world = await worldFolder();
        try {
          await prove(recovery, world);
        } finally {
          await rm(world, { recursive: true, force: true });
        }
      },
      2 * LONG,
    );
  }
}

async function prove(recovery: Recovery, world: string): Promise<void> {
  const { id, faults = [], lane = 'deploy-production', args, more = [], before = [], environment = 'production', surfaces = ['vendure'], cured } = recovery;
  for (const command of before) await type(world, command);
  const scope = surfaces.includes('vendure') ? VENDURE_ONLY : WORKERS_ONLY;
  const failed = await rehearsed(lane, '--world', world, ...(args ?? [...scope, ...(await otherCommit(world))]), ...more, ...faults.flatMap((fault) => ['--fault', fault]));
  await record(id, failed, faults);
  const { report, outcome, said } = failed;
  expect({ conclusion: outcome.conclusion, rehearsal: outcome.rehearsal, said }).toMatchObject({ conclusion: 'failure', rehearsal: { ok: true } });
  expect({ diagnosed: report?.diagnoses.map((one) => one.id ?? `not known: ${one.lines?.join('\n') ?? ''}`), said }).toEqual({ diagnosed: expect.arrayContaining([id]) as unknown, said });
  expect(report?.diagnoses[0]?.id).toBe(id);
  for (const command of report?.next ?? []) await type(world, command);
  const { truth } = await insideOf(world, environment);
  if (cured !== undefined) return cured(world);
  const sha = (report?.sha ?? '') === '' ? await resolved(world, report?.next ?? []) : report?.sha;
  expect(truth).toMatchObject({ ...Object.fromEntries(surfaces.map((surface) => [surface, sha])), lock: 'free' });
}

/** Exactly as it stands in the report. */
async function type(world: string, command: string): Promise<void> {
  const { exitCode, said } = await typed(world, command);
  expect({ command, exitCode, said }).toEqual({ command, exitCode: 0, said });
}

/** Main and the commit before it take turns, so that what serves tells whether a command did anything. */
async function otherCommit(world: string): Promise<readonly string[]> {
  await ensureWorld(world);
  const { truth } = await insideOf(world);
  const { said } = await typed(world, 'git rev-parse main main~1');
  const [main = '', previous = ''] = /([0-9a-f]{40})\s+([0-9a-f]{40})/u.exec(said)?.slice(1) ?? [];
  return ['-f', `ref=${truth.vendure === main ? previous : main}`, '-f', 'allow_older=true'];
}

async function ensureWorld(world: string): Promise<void> {
  const { said } = await typed(world, 'true');
  if (said.includes('no world')) await rehearsed('deploy-lock', '--world', world, '-f', 'environment=production');
}

/** The ref that the printed command names. */
async function resolved(world: string, commands: readonly string[]): Promise<string> {
  const [, ref = 'main'] = / -f ref=(\S+)/u.exec(commands.join('\n')) ?? [];
  const { said } = await typed(world, `git rev-parse ${ref}`);
  return /[0-9a-f]{40}/u.exec(said)?.[0] ?? 'no commit';
}

const RECORDINGS = join(import.meta.dirname, '../../../../shared/tests/diagnosis/recordings');
const LAST = 60;

/** RECORD=1 keeps what was seen, for the tests of the catalogue. */
async function record(id: string, { outcome, log }: Rehearsed, faults: readonly string[]): Promise<void> {
  if (process.env['RECORD'] !== '1') return;
  for (const job of outcome.jobs.filter(({ result }) => result === 'failure' || result === 'cancelled')) {
    const phase = job.id.split(' / ').at(-1) ?? '';
    const lines = log.split('\n').filter((line) => line.startsWith(`${job.id} | `)).map((line) => line.split(' | ').slice(2).join(' | '));
    const given = job.outputs['result'] ?? '';
    const evidence = evidenceOf({ phase, document: given === '' ? (job.result === 'cancelled' ? { 'reason-code': 'cancelled' } : null) : JSON.parse(given), log: lines });
    const found = evidence.find((one) => recognise(one).some(({ failure }) => failure.id === id));
    if (found === undefined) continue;
    const from = faults.length === 0 ? 'a rehearsal' : `a rehearsal with ${faults.join(' and ')}`;
    await writeFile(join(RECORDINGS, `${id}.json`), `${plain(JSON.stringify({ from, evidence: { ...found, lines: [found.lines[0] ?? '', ...found.lines.slice(1).slice(-LAST)] } }, null, 2))}\n`);
    return;
  }
}

/** No path of the machine that recorded it. */
function plain(text: string): string {
  return text.replaceAll(/\/(?:tmp|root|home|work|var|runner)\/[^\s"'\\,;)]*/gu, '<path>').replaceAll(/127\.0\.0\.1:\d+/gu, '127.0.0.1:<port>');
}
