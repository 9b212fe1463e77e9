import { describe, expect, test } from '@jest/globals';
import { nextCommands } from '../src/next-command.ts';
import { page } from '../src/page.ts';
import { timelineOf } from '../src/timeline.ts';
import { readPhases } from '../src/phases.ts';
import { slaClock, type SurfaceReading } from '@vendure-deploy/shared/release';

const NEW = 'b'.repeat(40);
const OLD = 'a'.repeat(40);
const at = (sha: string): SurfaceReading => ({ before: OLD, intended: NEW, observed: { kind: 'confirmed', sha } });

describe('the next command', () => {
  test.each([
    ['all arrived', 'deployed', { vendure: at(NEW), dashboard: at(NEW), storefront: at(NEW) }, []],
    ['only the Dashboard is missing', 'partial', { vendure: at(NEW), dashboard: at(OLD), storefront: at(NEW) }, [`gh workflow run lane.yml -f ref=${NEW} -f vendure=false -f storefront=false`]],
    ['Dashboard and Storefront are missing', 'partial', { vendure: at(NEW), dashboard: at(OLD), storefront: at(OLD) }, [`gh workflow run lane.yml -f ref=${NEW} -f vendure=false`]],
    ['nothing was switched', 'failed-before-switch', { vendure: at(OLD), dashboard: at(OLD), storefront: at(OLD) }, [`gh workflow run lane.yml -f ref=${NEW}`]],
  ] as const)('%s', (_, verdict, readings, expected) => {
    expect(nextCommands({ verdict, workflow: 'lane.yml', sha: NEW, ref: 'refs/heads/main', readings })).toEqual(expected);
  });
});

test('without a resolved commit, the next command starts from the same branch', () => {
  expect(nextCommands({ verdict: 'failed-before-switch', workflow: 'lane.yml', sha: '', ref: 'refs/heads/develop', readings: { vendure: at(OLD) } })).toEqual(['gh workflow run lane.yml --ref develop -f dashboard=false -f storefront=false']);
});

test('phases are read from toJSON(needs), with what each action said', () => {
  const result = JSON.stringify({ decision: 'failed', 'reason-code': 'flyctl-lied', message: 'm', seconds: 3, before: OLD });
  expect(readPhases(JSON.stringify({ vendure: { result: 'failure', outputs: { result } }, verify: { result: 'skipped', outputs: {} } }))).toEqual([
    { name: 'vendure', result: 'failure', seconds: 3, message: 'm', reasonCode: 'flyctl-lied', before: OLD, serving: {}, revisions: [] },
    { name: 'verify', result: 'skipped', seconds: 0, message: '', reasonCode: '', before: null, serving: {}, revisions: [] },
  ]);
});

test('phases that are no JSON are the caller\'s fault, in one sentence', () => {
  expect(() => readPhases('nonsense')).toThrow(/toJSON\(needs\)/u);
});

test('the page names the verdict, what serves and the command, and lets no foreign text become markup', () => {
  const text = page({
    environment: 'production',
    sha: NEW,
    verdict: 'partial',
    readings: { vendure: at(NEW), dashboard: at(OLD) },
    phases: [{ name: 'dashboard', result: 'failure', seconds: 2, message: 'a | b `c` @team', reasonCode: 'not-deployed', before: OLD, serving: {}, revisions: [] }],
    sla: slaClock({ budgetSeconds: 60, startedAtMs: 0 }).read(60_010),
    times: { startedAt: 0, timeline: timelineOf([{ id: 1, runId: 1, name: 'deploy / vendure: `#1;', status: 'completed', conclusion: 'failure', startedAt: 2000, completedAt: 50_000, steps: [{ name: 'Deploy to Fly', seconds: 40.06 }] }], 0, 60_010) },
    next: ['gh workflow run x'],
  });
  expect(text).toContain('## production: partial (bbbbbbb)');
  expect(text).toContain('| dashboard | `aaaaaaa` | `bbbbbbb` | `aaaaaaa` confirmed, not the intended one |');
  expect(text).toContain('gh workflow run x');
  expect(text).toContain("`a / b 'c' @team`");
  // A breach is never rounded away, and the picture holds no text that would break it.
  expect(text).toContain('### Time: 60.1 s of 60 s (breached)');
  expect(text).toContain('Critical path: waiting 2.0 → vendure: `#1; 48.0 → waiting 10.1. Slowest of it: vendure: `#1;, 48.0 s, of which "Deploy to Fly" 40.1 s.');
  expect(text).toContain('    vendure    1  :crit, 2000, 50000\n```');
});
