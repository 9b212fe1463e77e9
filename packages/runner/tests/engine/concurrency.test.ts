import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUICK, stage } from './stage.ts';

const job = (id: string, keys: string, script: string): string => `  ${id}:\n    runs-on: x\n${keys.split('; ').map((key) => `    ${key}\n`).join('')}    steps: [{ id: s, run: ${JSON.stringify(script)} }]\n`;
const file = (jobs: string, head = ''): Record<string, string> => ({ '.github/workflows/main.yml': `on: workflow_dispatch\n${head}jobs:\n${jobs}` });
// Two that overlap would see each other's mark.
const ALONE = (mark: string): string => `[ ! -e ${mark} ] || echo overlap; touch ${mark}; sleep 0.1; rm ${mark}`;

const HEAD = 'concurrency: { group: "run-${{ github.ref }}", cancel-in-progress: true }\n';

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'groups-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('concurrency', () => {
  test('Q1 jobs of one group run one after the other, the name ignores case', () =>
    withFolder(async (folder) => {
      const { jobs, log, conclusion } = await stage(file(['a', 'b', 'c'].map((id) => job(id, `concurrency: { group: ${id === 'b' ? 'G' : 'g'}, queue: max }`, ALONE(join(folder, 'mark')))).join('')));
      expect(conclusion).toBe('success');
      expect(jobs.map((one) => one.id)).toEqual(['a', 'b', 'c']);
      expect(log).not.toContain('overlap');
    }));

  test('Q1 single: of three jobs, the second to wait is the one that goes', async () => {
    const { jobs, conclusion, annotations } = await stage(file(['a', 'b', 'c'].map((id) => job(id, 'concurrency: g', 'sleep 0.3')).join('')));
    expect(Object.fromEntries(jobs.map((one) => [one.id, one.result]))).toEqual({ a: 'success', b: 'cancelled', c: 'success' });
    expect(conclusion).toBe('cancelled');
    expect(annotations[0]?.message).toBe("Canceling since a higher priority waiting request for 'g' exists");
  });

  test('Q1 cancel-in-progress: a later run cancels the running one, over a shared folder', () =>
    withFolder(async (folder) => {
      const queue = join(folder, 'queue');
      const files = file(job('a', 'if: true', `touch ${join(folder, 'up')}; sleep 20`), HEAD);
      const first = stage(files, { queue, timing: QUICK });
      while (!existsSync(join(folder, 'up'))) await new Promise((resolve) => setTimeout(resolve, 5));
      const [one, two] = await Promise.all([first, stage(file(job('a', 'if: true', 'echo later'), HEAD), { queue })]);
      expect([one.conclusion, two.conclusion]).toEqual(['cancelled', 'success']);
    }));

  test('a group that is held around a job cannot be entered in it', async () => {
    const { annotations, conclusion } = await stage(file(job('a', 'concurrency: g', 'true'), 'concurrency: g\n'));
    expect(conclusion).toBe('cancelled');
    expect(annotations[0]?.message).toMatch(/deadlock for concurrency group 'g' was detected between 'top level workflow' and 'a'/u);
  });

  test.each([['empty', '${{ vars.NONE }}', /must not be empty/u], ['longer than 400 characters', `${'x'.repeat(399)}\${{ vars.COLOUR }}`, /takes 400/u]])('Q1 a name that is %s is an error', async (_name, group, message) => {
    const { annotations, conclusion } = await stage(file(job('a', `concurrency: "${group}"`, 'true')));
    expect(conclusion).toBe('failure');
    expect(annotations[0]?.message).toMatch(message);
  });

  test('Q1 a group of the whole workflow that is empty refuses it, with its line', async () => {
    const { refused, conclusion } = await stage(file(job('a', 'if: true', 'true'), 'concurrency: ${{ vars.NONE }}\n'));
    expect([conclusion, refused]).toEqual(['startup_failure', { message: 'The concurrency group must not be empty', file: '.github/workflows/main.yml', line: 2 }]);
  });

  test('a job enters its group before it asks for approval: a held one keeps others out', async () => {
    const { jobs, conclusion } = await stage(file(job('a', 'concurrency: { group: g, queue: max }; environment: e', 'true') + job('b', 'concurrency: { group: g, queue: max }; environment: e', 'true')), { approvals: { e: 'hold' }, interrupts: [{ job: 'b', signal: 'SIGINT' }] });
    expect(jobs.map((one) => one.result)).toEqual(['cancelled', 'cancelled']);
    expect(conclusion).toBe('cancelled');
  });
});
