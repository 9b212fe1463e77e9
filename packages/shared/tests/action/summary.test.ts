import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { jobSummary } from '../../src/action/summary.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'summary-'));
  process.env['GITHUB_STEP_SUMMARY'] = join(folder, 'summary.md');
});
afterEach(() => {
  delete process.env['GITHUB_STEP_SUMMARY'];
  rmSync(folder, { recursive: true });
});

test('a summary of 5 MB is cut at its end to what GitHub shows, whatever stands there already, and says so', () => {
  jobSummary.add('## production: deployed');
  jobSummary.add('ä'.repeat(2_500_000));
  jobSummary.add('more');
  const file = join(folder, 'summary.md');
  expect(statSync(file).size).toBeLessThanOrEqual(1024 * 1024);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^## production: deployed\nä+\n\n\(cut: the summary is full\)\n$/u);
});

test('one that cannot be written fails nothing', () => {
  process.env['GITHUB_STEP_SUMMARY'] = join(folder, 'no/such/folder.md');
  expect(() => jobSummary.add('x')).not.toThrow();
});
