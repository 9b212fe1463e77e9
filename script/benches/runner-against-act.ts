import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installed } from '../conformance-tools.ts';
import { type Command, timed, weighed } from './process-tree.ts';
import { type Figures, rowOf, type Stage } from './row.ts';
import { SOURCES } from './sources.ts';

const git = promisify(execFile);
const runner = join(import.meta.dirname, '../../packages/runner/src/main.ts');

const RUNS = 7;
const EVERY_MS = 10;
const STEPS = 20;
const JOBS = 10;

/** Workflows that do nothing: what they take is the runner's own. */
const WORKFLOWS = { one: workflow({ jobs: 1, steps: 1 }), steps: workflow({ jobs: 1, steps: STEPS }), jobs: workflow({ jobs: JOBS, steps: 1 }), chain: workflow({ jobs: JOBS, steps: 1, chained: true }) };
type Case = keyof typeof WORKFLOWS;
type Measured = Record<Case, Figures>;

/** The same files in the same repository, act in host mode (no container on either side), in turns. */
export async function againstAct(stage: Stage): Promise<void> {
  const act = await installed('act', stage.note);
  if ('missing' in act) stage.note(`peer missing: ${act.missing}`);
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const repository = await makeRepository(folder);
    const ours = (name: Case): Command => ({ command: process.execPath, args: [...SOURCES, runner, `${name}.yml`, '--repo', '.', '--event', 'push'], cwd: repository });
    const [our, peer] = await inTurns('missing' in act ? [ours] : [ours, (name) => actOn(act.path, name, repository, folder)]);
    const show = (name: string, figures: (measured: Measured) => Figures): void => {
      if (our !== undefined) stage.show(rowOf(name, figures(our), peer === undefined ? null : { name: 'act', ...figures(peer) }));
    };
    show('runner: 1 job × 1 step, the whole process', ({ one }) => one);
    show(`runner: 1 job × ${STEPS} steps, the whole process`, ({ steps }) => steps);
    show(`runner: ${JOBS} jobs × 1 step, the whole process`, ({ jobs }) => jobs);
    show(`runner: ${JOBS} jobs, each needs the one before`, ({ chain }) => chain);
    // What one more costs: the process's own start drops out.
    show('runner: each further step', ({ one, steps }) => perOne(one, steps, STEPS));
    show('runner: each further job, side by side', ({ one, jobs }) => perOne(one, jobs, JOBS));
    show('runner: each further job, one after the other', ({ one, chain }) => perOne(one, chain, JOBS));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function perOne(one: Figures, many: Figures, count: number): Figures {
  return { seconds: (many.seconds - one.seconds) / (count - 1), 'rss-mb': many['rss-mb'] };
}

/**
 * Runs of the sides take turns: what disturbs the machine disturbs both. The best run of each counts, since a disturbance only adds, and a difference
 * of two medians would be made of disturbances. @returns one per side
 */
async function inTurns(sides: readonly ((name: Case) => Command)[]): Promise<Measured[]> {
  const results = sides.map((): Partial<Measured> => ({}));
  for (const name of Object.keys(WORKFLOWS) as Case[]) {
    const seconds = sides.map((): number[] => []);
    for (let index = 0; index < RUNS; index += 1) {
      for (const [side, command] of sides.entries()) seconds[side]?.push((await succeeded(timed(command(name)))).seconds);
    }
    for (const [side, command] of sides.entries()) {
      const { peakMb } = await succeeded(weighed(command(name), EVERY_MS));
      Object.assign(results[side] ?? {}, { [name]: { seconds: Math.min(...(seconds[side] ?? [])), 'rss-mb': peakMb } });
    }
  }
  return results as Measured[];
}

async function succeeded<T extends { code: number | null; said: string }>(running: Promise<T>): Promise<T> {
  const ran = await running;
  if (ran.code !== 0) throw new Error(`bench: a workflow that does nothing failed\n${ran.said}`);
  return ran;
}

async function makeRepository(folder: string): Promise<string> {
  const repository = join(folder, 'trivial');
  await mkdir(join(repository, '.github/workflows'), { recursive: true });
  for (const [name, text] of Object.entries(WORKFLOWS)) await writeFile(join(repository, '.github/workflows', `${name}.yml`), text);
  await git('git', ['init', '--quiet', '--initial-branch=main', repository]);
  await git('git', ['-C', repository, 'add', '.']);
  await git('git', ['-C', repository, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '-m', 'Nothing to do']);
  return repository;
}

/** A home of its own: act asks for its default images once, and keeps what it makes there. */
function actOn(act: string, name: Case, repository: string, home: string): Command {
  return { command: act, args: ['push', '-W', `.github/workflows/${name}.yml`, '-P', 'ubuntu-24.04=-self-hosted'], cwd: repository, environment: { ...process.env, HOME: home, XDG_CACHE_HOME: join(home, '.cache') } };
}

function workflow({ jobs, steps, chained = false }: { jobs: number; steps: number; chained?: boolean }): string {
  const job = (index: number): string[] => [
    `  job-${index}:`,
    '    runs-on: ubuntu-24.04',
    ...(chained && index > 0 ? [`    needs: job-${index - 1}`] : []),
    '    steps:',
    ...Array.from({ length: steps }, () => "      - run: 'true'"),
  ];
  return ['on: push', 'jobs:', ...Array.from({ length: jobs }, (_, index) => job(index)).flat(), ''].join('\n');
}
