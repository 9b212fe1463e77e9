import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type RunOptions, type RunOutcome, runWorkflow } from '../../src/index.ts';

export interface Staged extends RunOutcome {
  readonly log: string;
}

/** Runs one small workflow with real processes. `files` are the repository; `.github/workflows/main.yml` is what runs. */
export async function stage(files: Readonly<Record<string, string>>, overrides: Partial<RunOptions> = {}): Promise<Staged> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-'));
  try {
    const directory = join(folder, 'repository');
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
    const outcome = await runWorkflow({
      repository: 'example/shop',
      directory,
      sha: 'a'.repeat(40),
      ref: 'refs/heads/main',
      workflow: 'main.yml',
      event: { name: 'workflow_dispatch', inputs: {} },
      actor: 'operator',
      runId: 1001,
      runAttempt: 1,
      secrets: { TOKEN: 'top-secret-value' },
      environmentSecrets: {},
      variables: { COLOUR: 'green', NO: 'false' },
      githubToken: 'github-token-value',
      resolveRepository: () => Promise.reject(new Error('no other repository here')),
      environment: { PATH: '/usr/bin:/bin', HOME: folder },
      node: process.execPath,
      work: join(folder, 'work'),
      out: join(folder, 'out'),
      interrupts: [],
      ...overrides,
    });
    return { ...outcome, log: await readFile(join(folder, 'out/log.txt'), 'utf8').catch(() => '') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What one job said and did, in a form that a table can hold. */
export interface Seen {
  readonly conclusion: string;
  /** Conclusions of the steps, in their order. */
  readonly steps: string;
  readonly log: string;
  readonly annotations: string[];
  readonly outputs: Record<string, string>;
}

export async function see(files: Readonly<Record<string, string>>, overrides: Partial<RunOptions> = {}): Promise<Seen> {
  const { conclusion, jobs, log, annotations, refused } = await stage(files, overrides);
  return {
    conclusion: refused === null ? conclusion : `${conclusion}: ${refused.message} (${refused.file}:${refused.line})`,
    steps: jobs[0]?.steps.map((step) => step.conclusion).join(' ') ?? '',
    // Only what was said: `job | step | text` without its first two parts.
    log: log.split('\n').map((line) => line.split(' | ').slice(2).join(' | ')).join('\n'),
    annotations: annotations.map((one) => `${one.level}: ${one.message}`),
    outputs: jobs[0]?.outputs ?? {},
  };
}

/** Shorter figures than GitHub's, for what waits. */
export const QUICK = { untilTerminateMs: 150, untilKillMs: 200, cancelWindowMs: 3_000, minuteMs: 200 };

/** A workflow with one job `a` of these steps (YAML, from column 0). */
export function oneJob(steps: string, job = ''): Record<string, string> {
  const indented = steps.trim().split('\n').map((line) => `      ${line}`).join('\n');
  return { '.github/workflows/main.yml': `on: workflow_dispatch\njobs:\n  a:\n    runs-on: ubuntu-latest\n${job}    steps:\n${indented}\n` };
}
