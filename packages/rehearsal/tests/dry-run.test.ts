import { expect, jest, test } from '@jest/globals';
import { LONG, rehearsed } from './stage.ts';

jest.setTimeout(LONG);

test('a dry run of the production lane asks nobody, waits for nobody, shows the flight plan, and changes nothing', async () => {
  const { exitCode, outcome, summary } = await rehearsed('deploy-production', '-f', 'dry_run=true');
  expect({ exitCode, conclusion: outcome.conclusion, writes: outcome.writes, verdict: outcome.verdict }).toEqual({ exitCode: 0, conclusion: 'success', writes: 0, verdict: null });
  expect(outcome.truth.after).toEqual(outcome.truth.before);
  expect(outcome.jobs.filter(({ result }) => result !== 'skipped').map(({ name }) => name)).toEqual(['deploy / deploy / preflight']);
  expect(summary).toContain('### Flight plan (dry run: nothing was changed)');
  expect(summary).toContain('Back:  gh workflow run deploy-production.yml -f ref=');
});
