import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { REASON_CODES } from '../../src/action/index.ts';
import { CATALOGUE, diagnose, type Evidence, evidenceOf, logTail, reasonCodeTable, recognise, recoverySections, type Situation } from '../../src/diagnosis/index.ts';

const folder = join(import.meta.dirname, 'recordings');
const recording = z.strictObject({ from: z.string().min(10), evidence: z.strictObject({ phase: z.string(), reasonCode: z.string(), check: z.string(), lines: z.array(z.string()).min(1) }) });
const RECORDINGS = readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => ({ id: name.replace('.json', ''), ...recording.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))) }));
const ids = (evidence: Evidence): string[] => recognise(evidence).map(({ failure }) => failure.id);
const SITUATION: Situation = { environment: 'production', repository: 'example/shop', workflow: 'deploy-production.yml', sha: 'a'.repeat(40), asked: '', ref: 'refs/heads/main', runId: 7, wanted: ['vendure', 'storefront'], missing: ['vendure'], options: ['allow_older=true'], app: 'shop-production', promoteFrom: 'staging', machines: [{ id: '0123456789abcd', group: 'worker' }, { id: 'fedcba98765432', group: 'app' }] };

describe('every known failure', () => {
  test('has a recording of its own, and no recording is of none', () => {
    expect(RECORDINGS.map(({ id }) => id).sort()).toEqual(CATALOGUE.map(({ id }) => id).sort());
    expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length);
    expect(CATALOGUE.length).toBeGreaterThanOrEqual(40);
  });

  test.each(RECORDINGS.map((one) => [one.id, one] as const))('%s is recognised by what was seen, and by no other entry', (id, { evidence }) => {
    expect(ids(evidence)).toEqual([id]);
  });

  const spoken = RECORDINGS.filter(({ id }) => CATALOGUE.some((failure) => failure.id === id && failure.says !== undefined && failure.alone === undefined));
  test.each(spoken.map((one) => [one.id, one] as const))('%s is recognised also where only its text is there', (id, { evidence }) => {
    expect(ids({ ...evidence, reasonCode: '', check: '' })).toEqual([id]);
  });

  test.each(CATALOGUE.map((failure) => [failure.id, failure] as const))('%s says its cause in two sentences of both languages, what to type, and codes that there are', (_, { cause, codes, commands, says }) => {
    expect(cause.en.match(/[.!?](?: |$)/gu)?.length).toBeGreaterThanOrEqual(2);
    expect(cause.ja.match(/。/gu)?.length).toBeGreaterThanOrEqual(2);
    if (codes !== 'any') for (const code of codes) expect({ ...REASON_CODES, 'runner-lost': '' }).toHaveProperty(code);
    if (codes === 'any') expect(says).toBeDefined();
    const typed = commands(SITUATION, []);
    expect(typed.length).toBeGreaterThan(0);
    for (const command of typed) expect(command).toMatch(/^(?:gh|git|flyctl|fly|script\/status|docker|aws|pnpm) \S/u);
  });

  test('no words match a text that says nothing: not an empty line, not a line of a deploy that went well', () => {
    const green = readFileSync(join(folder, '../green.log'), 'utf8').split('\n');
    for (const { id, says, alone } of CATALOGUE) {
      const line = ['', ' ', 'error', ...green].find((text) => [says, alone].some((words) => (words instanceof RegExp ? words.test(text) : (words?.find([text]) ?? null) !== null)));
      expect({ id, line }).toEqual({ id, line: undefined });
    }
  });
});

describe("the runbook's eight", () => {
  test.each([
    ["Error: Cannot find module '@ritsubi/plugins/dist/rule-engine/shipping.js'", 'stale-build-output'],
    ['failed to push registry.fly.io/ritsubi-ecommerce:prod-1: unknown: app repository not found', 'registry-app-not-found'],
    ['aborted: machine is replacing: concurrent update in progress', 'machine-replacing'],
    ["release_command failed: VENDURE_HARDEN_PLUGIN_ENABLED must be 'true'", 'setting-missing'],
    ['release_command failed: Runtime drift detected', 'runtime-drift'],
    ['post-deploy-check.sh: /health/ready HTTP 000', 'no-answer'],
    ['[manual-deploy-vendure] ABORT: fly_fail=0 dashboard_fail=1', 'dashboard-behind'],
    ['/health/ready: jobQueueLag failed', 'worker-idle'],
  ])('%s', (text, id) => {
    expect(ids(evidenceOfText(`a line before it\n\u001b[31m${text}\u001b[0m\nProcess completed with exit code 1.`))).toEqual([id]);
  });
});

describe('what is not known', () => {
  test('says so, with the last lines that mean something, up to the error', () => {
    const lines = ['##[group]Run it', ...Array.from({ length: 40 }, (_, at) => `step ${at}`), 'step 39', 'the cat sat on the keyboard', '', '##[error]Process completed with exit code 3.', 'Post job cleanup.', '##[endgroup]'];
    const [found] = diagnose([{ phase: 'vendure', reasonCode: '', check: '', lines }], SITUATION);
    expect(found).toMatchObject({ kind: 'unknown', phase: 'vendure' });
    expect(found?.kind === 'unknown' ? found.lines : []).toEqual([...Array.from({ length: 11 }, (_, at) => `step ${at + 29}`), 'the cat sat on the keyboard']);
  });

  test('an empty log is not known, and shows nothing', () => {
    expect(diagnose([evidenceOfText('')], SITUATION)).toEqual([{ kind: 'unknown', phase: '', check: '', reasonCode: '', lines: [] }]);
  });

  test('a log of 100 MB is read by its end', () => {
    const tail = evidenceOfText(`${'x'.repeat(999).concat('\n').repeat(100_000)}${'y'.repeat(5_000_000)}\nconcurrent update in progress`);
    expect(tail.lines.length).toBe(2000);
    expect(Math.max(...tail.lines.map((line) => line.length))).toBe(2000);
    expect(ids(tail)).toEqual(['machine-replacing']);
  });
});

describe('evidence', () => {
  const checks = [{ id: 'ref', status: 'ok' }, { id: 'default-branch', status: 'failed', evidence: 'no', next: 'Merge it.', 'reason-code': 'commit-not-allowed' }, { id: 'pending-migrations', status: 'failed', evidence: 'one', next: '', 'reason-code': 'commit-not-allowed' }, 7];
  test('each check that failed speaks for itself', () => {
    expect(evidenceOf({ phase: 'preflight', document: { 'reason-code': 'commit-not-allowed', checks }, log: ['x'] }).map(({ check, lines }) => [check, lines])).toEqual([['default-branch', ['no. Merge it.']], ['pending-migrations', ['one. ']]]);
  });
  test('an action speaks before its log; where none spoke, the log does', () => {
    expect(evidenceOf({ phase: 'vendure', document: { 'reason-code': 'flyctl-lied', message: 'm\nn' }, log: ['x'] })).toEqual([{ phase: 'vendure', reasonCode: 'flyctl-lied', check: '', lines: ['m', 'n', 'x'] }]);
    expect(evidenceOf({ phase: 'vendure', document: null, log: ['x'] })).toEqual([{ phase: 'vendure', reasonCode: '', check: '', lines: ['x'] }]);
  });
});

test('a command keeps what the lane was started with, and names a switch once', () => {
  const [found] = diagnose([{ phase: 'preflight', reasonCode: 'commit-not-allowed', check: 'not-older-vendure', lines: ['x'] }], SITUATION);
  expect(found?.kind === 'known' ? found.commands : []).toEqual([`gh workflow run deploy-production.yml -f ref=${'a'.repeat(40)} -f dashboard=false -f storefront=false -f allow_older=true`]);
});

test('docs/recovery.md is fresh (npm run tables)', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/recovery.md'), 'utf8');
  expect(page).toContain(recoverySections());
  expect(page).toContain(reasonCodeTable());
});

/** A text of any length, by its end: what script/diagnose makes of one. */
function evidenceOfText(text: string): Evidence {
  const tail = logTail();
  for (const line of text.split('\n')) tail.take(line);
  return { phase: '', reasonCode: '', check: '', lines: tail.lines() };
}
