import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evidenceOf, recognise } from '@vendure-deploy/shared/diagnosis';
import { insideOf, LONG, type Rehearsed, rehearsed, type Report, typed, worldFolder } from '../../stage.ts';
import { VENDURE_ONLY } from '../faults.ts';

type Surface = 'vendure' | 'dashboard' | 'storefront';

/** A failure that the catalogue knows, made in the twin, and cured by what the report then says to type. */
export interface Recovery {
  /** Of the catalogue. */
  readonly id: string;
  /** Lines of faults; none: the commit, or the way it is asked for, is the failure. */
  readonly faults?: readonly string[];
  readonly lane?: string;
  /** Instead of main and the surfaces alone. */
  readonly args?: readonly string[];
  /** Beside it. */
  readonly more?: readonly string[];
  /** Production is brought to main before; `<previous>` in `args` is then what it served at first. */
  readonly after?: 'main';
  /** What the surfaces serve once it is cured; main by default. */
  readonly serves?: string;
  readonly environment?: 'production' | 'staging';
  /** What has to serve the commit afterwards. */
  readonly surfaces?: readonly Surface[];
  /** Where the commit of each surface is not what tells. */
  readonly cured?: (world: string) => Promise<void>;
}

const WORKERS_ONLY = ['-f', 'vendure=false'];

/** Failures that leave nothing behind print the same command: each is recognised, and then that command is typed once, into what all of them have left. */
export function recoveriesAtOnce(recoveries: readonly Recovery[]): void {
  const printed = new Set<string>();
  let world: string;
  let sha: string;
  beforeAll(async () => {
    world = await worldFolder();
  });
  afterAll(() => rm(world, { recursive: true, force: true }));
  for (const recovery of recoveries) {
    test(
      `${recovery.id}: it is recognised`,
      async () => {
        const report = await fail(recovery, world, ['-f', 'ref=main']);
        if (report.sha !== '') ({ sha } = report);
        printed.add(report.next.join('\n'));
      },
      2 * LONG,
    );
  }
  test(
    'what each of them printed cures what all of them left',
    async () => {
      const commands = new Set([...printed].flatMap((text) => text.split('\n')));
      for (const command of [...commands].filter((one) => !one.startsWith('gh ')).concat([...commands].filter((one) => one.startsWith('gh ')))) await type(world, command);
      // By the commit, or by its branch where none was resolved.
      expect(new Set([...commands].filter((command) => command.startsWith('gh ')).map((command) => command.replace(/ref=[0-9a-f]{40}/u, 'ref=main'))).size).toBe(1);
      expect((await insideOf(world)).truth).toMatchObject({ ...Object.fromEntries((recoveries[0]?.surfaces ?? ['vendure']).map((surface) => [surface, sha])), lock: 'free' });
    },
    2 * LONG,
  );
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
  const { environment = 'production', surfaces = ['vendure'], cured, serves = 'main' } = recovery;
  const previous = recovery.after === undefined ? '' : await previousOf(world);
  const { args, ...rest } = recovery;
  const report = await fail(args === undefined ? rest : { ...rest, args: args.map((one) => one.replace('<previous>', previous)) }, world, ['-f', 'ref=main']);
  for (const command of report.next) await type(world, command);
  if (cured !== undefined) return cured(world);
  const sha = serves === '<previous>' ? previous : await resolved(world, serves);
  expect((await insideOf(world, environment)).truth).toMatchObject({ ...Object.fromEntries(surfaces.map((surface) => [surface, sha])), lock: 'free' });
}

async function previousOf(world: string): Promise<string> {
  const { outcome, exitCode } = await rehearsed('deploy-production', '--world', world, ...VENDURE_ONLY);
  expect(exitCode).toBe(0);
  const { vendure } = outcome.truth.before;
  return typeof vendure === 'string' ? vendure : '';
}

/** The lane, with the fault: red, and its report names the failure first. */
async function fail({ id, faults = [], lane = 'deploy-production', args, more = [], surfaces = ['vendure'] }: Recovery, world: string, commit: readonly string[]): Promise<Report> {
  const scope = surfaces.includes('vendure') ? VENDURE_ONLY : WORKERS_ONLY;
  const failed = await rehearsed(lane, '--world', world, ...(args ?? [...scope, ...commit]), ...more, ...faults.flatMap((fault) => ['--fault', fault]));
  await record(id, failed, faults);
  const { report, outcome, said } = failed;
  expect({ conclusion: outcome.conclusion, rehearsal: outcome.rehearsal, said }).toMatchObject({ conclusion: expect.stringMatching(/^(?:failure|cancelled)$/u) as unknown, rehearsal: { ok: true } });
  const diagnosed = report?.diagnoses.map((one) => one.id ?? `not known: ${one.lines?.join('\n') ?? ''}`);
  expect({ diagnosed, said }).toEqual({ diagnosed: expect.arrayContaining([id]) as unknown, said });
  expect(diagnosed?.[0]).toBe(id);
  if (report === null) throw new Error('There is no report.');
  return report;
}

/** Exactly as it stands in the report. */
async function type(world: string, command: string): Promise<void> {
  const { exitCode, said } = await typed(world, command);
  // gh's exit code says only that the run was asked for.
  const wanted = command.startsWith('gh workflow run') ? (expect.stringMatching(/^[\w-]+: success/mu) as unknown) : said;
  // script/status ends with 1 where something is not well, which it is there to say.
  const codes = command.startsWith('script/status') ? [0, 1] : [0];
  expect({ command, exitCode: codes.includes(exitCode), said }).toEqual({ command, exitCode: true, said: wanted });
}

async function resolved(world: string, ref: string): Promise<string> {
  const { said } = await typed(world, `git rev-parse ${ref}`);
  return /[0-9a-f]{40}/u.exec(said)?.[0] ?? `no commit: ${said}`;
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
