import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { TwinRun } from '@vendure-deploy/twin';
import { type ActionRun, startAction } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openWorld, REPOSITORY, type World } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('deploy-report');
let world: World;
let run: TwinRun;

beforeAll(async () => {
  world = await openWorld();
  run = await world.openRun();
});
afterAll(async () => {
  await run.close();
  await world[Symbol.asyncDispose]();
});
beforeEach(() => {
  serve({ vendure: world.commits.main, dashboard: world.commits.main, storefront: world.commits.main });
  startedMinutesAgo(10);
});
afterEach(() => {
  expect({ writes: run.writes(), stray: run.strayCalls() }).toEqual({ writes: 0, stray: [] });
});

test('all surfaces were switched and serve the commit: deployed, in time', async () => {
  const { main } = world.commits;
  const ended = await report();
  expectEnding(ended, subject, { decision: 'done', reasonCode: 'target-serves' });
  expect(ended.outputs).toMatchObject({ verdict: 'deployed', 'serving-sha-vendure': main, 'serving-sha-dashboard': main, 'serving-sha-storefront': main, 'sla-status': 'met' });
  expect(Number(ended.outputs['sla-seconds'])).toBeGreaterThanOrEqual(600);
  expect(ended.summary).toContain(`## production: deployed (${main.slice(0, 7)})`);
});

test('all served it before: unchanged', async () => {
  const { main } = world.commits;
  const ended = await report({ phases: phasesAfter(main) });
  expectEnding(ended, subject, { decision: 'skipped', reasonCode: 'already-serves' });
  expect(ended.outputs['verdict']).toBe('unchanged');
});

test('the Dashboard was left behind: partial, with the command for it alone; where it does not block, a warning', async () => {
  const { previous, main } = world.commits;
  serve({ dashboard: previous });
  const ended = await report();
  expectEnding(ended, subject, { decision: 'partial', reasonCode: 'partly-deployed' });
  expect(ended.outputs).toMatchObject({ verdict: 'partial', 'serving-sha-vendure': main, 'serving-sha-dashboard': previous });
  expect(annotations(ended)).toEqual([expect.stringContaining(`dashboard serves ${previous.slice(0, 7)} (old)`)]);
  expect(annotations(ended)[0]).toContain(`gh workflow run deploy-production.yml -f ref=${main} -f vendure=false -f storefront=false`);

  const forgiven = await report({ 'dashboard-blocking': 'false' });
  expectEnding(forgiven, subject, { decision: 'done', reasonCode: 'partly-deployed' });
  expect(forgiven.log).toMatch(/^::warning::production: partial\./mu);
});

test.each<[string, 'previous' | 'main', string]>([
  ['the new commit serves and does not work: failed after the switch', 'previous', 'failed-after-switch'],
  ['what served before does not work: failed, and nothing was switched', 'main', 'failed-before-switch'],
])('%s, with what failed and how to probe it again', async (_, before, verdict) => {
  const ended = await report({ phases: phasesAfter(world.commits[before], { result: 'failure', 'reason-code': 'probe-failed', message: 'vendure: GraphQL answered with errors.' }) });
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'probe-failed' });
  expect(ended.outputs).toMatchObject({ verdict, 'serving-sha-vendure': world.commits.main });
  expect(annotations(ended)[0]).toMatch(/vendure: GraphQL answered with errors\. Next: {2}gh run rerun 1001 --failed$/u);
  expect(ended.summary).toContain('gh run rerun 1001 --failed');
});

test('a Dashboard that may lag forgives no probe that fails', async () => {
  serve({ dashboard: world.commits.previous });
  const ended = await report({ 'dashboard-blocking': 'false', phases: phasesAfter(world.commits.previous, { result: 'failure', 'reason-code': 'probe-failed', message: 'vendure: HTTP 500.' }) });
  expectEnding(ended, subject, { decision: 'partial', reasonCode: 'partly-deployed' });
  expect(annotations(ended)[0]).toContain('vendure: HTTP 500.');
});

test('a verify that was cancelled changes no verdict, and the headline says that nothing was verified', async () => {
  const ended = await report({ phases: phasesAfter(world.commits.previous, { result: 'cancelled', 'reason-code': 'cancelled', message: '' }) });
  expectEnding(ended, subject, { decision: 'done', reasonCode: 'target-serves' });
  expect(ended.outputs['verdict']).toBe('deployed');
  expect(ended.log).toContain('What serves was not verified (verify: cancelled).');
});

test('nothing was switched: failed before the switch, the old commit serves', async () => {
  const { previous } = world.commits;
  serve({ vendure: previous, dashboard: previous, storefront: previous });
  const ended = await report();
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'not-deployed' });
  expect(ended.outputs['verdict']).toBe('failed-before-switch');
});

test('Machines of both commits at work, of which the public URL shows one: failed after the switch, not before it', async () => {
  const { previous, main } = world.commits;
  serve({ vendure: previous, dashboard: previous, storefront: previous });
  const fly = { decision: 'failed', 'reason-code': 'mixed', before: previous, 'serving-revisions': [previous, main] };
  const phases = { ...(JSON.parse(phasesAfter(previous)) as object), vendure: { result: 'failure', outputs: { result: JSON.stringify(fly) } } };
  const ended = await report({ phases: JSON.stringify(phases) });
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'not-deployed' });
  expect(ended.outputs).toMatchObject({ verdict: 'failed-after-switch', 'serving-sha-vendure': '' });
  expect(annotations(ended)[0]).toContain(`vendure serves several commits at once (${previous.slice(0, 7)}, ${main.slice(0, 7)})`);
  expect(ended.summary).toContain(`\`${previous.slice(0, 7)}\` and \`${main.slice(0, 7)}\` at once`);
});

test('a surface that does not answer makes the verdict unknown, whatever its job said', async () => {
  serve({ storefront: null });
  const ended = await report();
  expectEnding(ended, subject, { decision: 'unknown', reasonCode: 'serves-unproven' });
  expect(ended.outputs).toMatchObject({ verdict: 'unknown', 'serving-sha-storefront': '' });
  expect(annotations(ended)[0]).toContain('what storefront serves could not be read (HTTP 503 from ');
});

test('one lost answer of a surface is asked again, and does not make the verdict unknown', async () => {
  const { storefront } = world.shop;
  const { main } = world.commits;
  let asked = 0;
  storefront.onRequest = () => void (storefront.sha = (asked += 1) === 1 ? null : main);
  const ended = await report();
  storefront.onRequest = () => {};
  expectEnding(ended, subject, { decision: 'done', reasonCode: 'target-serves' });
  expect(ended.outputs['verdict']).toBe('deployed');
});

test('a deploy that took longer than was promised says so, names what ate the time, and stays deployed', async () => {
  const start = startedMinutesAgo(20);
  const at = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();
  const job = { status: 'completed', conclusion: 'success' } as const;
  world.twin.github.setJobs(1001, [
    { ...job, id: 1, name: 'deploy / deploy / preflight', startedAt: at(0), completedAt: at(2) },
    { ...job, id: 2, name: 'deploy / deploy / dashboard-build', startedAt: at(2), completedAt: at(6) },
    { ...job, id: 3, name: 'deploy / deploy / vendure', startedAt: at(2), completedAt: at(17), steps: [{ name: 'Deploy to Fly', number: 1, status: 'completed', conclusion: 'success', startedAt: at(3), completedAt: at(13) }] },
  ]);
  const ended = await report();
  expectEnding(ended, subject, { decision: 'done', reasonCode: 'target-serves' });
  world.twin.github.setJobs(1001, []);
  expect(ended.outputs['sla-status']).toBe('breached');
  expect(ended.summary).toMatch(/Critical path: preflight 120\.0 → vendure 900\.0 → waiting 18\d\.\d\./u);
  expect(ended.summary).toContain('    dashboard-build :120000, 360000');
  expect(ended.log).toMatch(/^::warning::This deploy took 12\d\d\.\d s; the promise is 900 s\. Slowest of it: vendure, 900\.0 s, of which "Deploy to Fly" 600\.0 s\.$/mu);
});

test('a budget of this run beats that of the configuration', async () => {
  const ended = await report({ 'sla-seconds': '500' });
  expect(ended.outputs['sla-status']).toBe('breached');
  expect(ended.log).toMatch(/^::warning::This deploy took 6\d\d\.\d s; the promise is 500 s\./mu);
});

describe('why it failed', () => {
  const times = { startedAt: new Date(Date.now() - 60_000).toISOString(), completedAt: new Date(Date.now() - 1000).toISOString() };
  const failed = (result: Readonly<Record<string, unknown>> | null, more: Readonly<Record<string, unknown>> = {}): string => {
    const phases = JSON.parse(phasesAfter(world.commits.previous)) as object;
    return JSON.stringify({ ...phases, vendure: { result: 'failure', outputs: result === null ? {} : { result: JSON.stringify({ decision: 'failed', ...result }) } }, ...more });
  };
  const logOf = (text: string | null, steps: 'completed' | 'in_progress' = 'completed'): void => {
    world.twin.github.setJobs(1001, [{ id: 31, name: 'deploy / deploy / vendure', status: 'completed', conclusion: 'failure', ...times, steps: [{ name: 'Deploy to Fly', number: 1, status: steps, conclusion: steps === 'completed' ? 'failure' : null }] }]);
    if (text !== null) world.twin.github.setJobLog(31, text);
  };
  const diagnoses = (ended: ActionRun): { kind: string; id?: string; lines?: string[] }[] => (JSON.parse(ended.outputs['result'] ?? '') as { diagnoses: { kind: string; id?: string; lines?: string[] }[] }).diagnoses;
  beforeEach(() => serve({ vendure: world.commits.previous, dashboard: world.commits.previous, storefront: world.commits.previous }));
  afterEach(() => world.twin.github.setJobs(1001, []));

  test('by what the action says and by the end of its log: the cause in both languages, and the command, with what the lane was started with', async () => {
    logOf('2026-11-26T10:00:00.0000000Z Error: failed to update machine 1: aborted: machine is replacing: concurrent update in progress\n');
    const ended = await report({ phases: failed({ 'reason-code': 'not-switched', message: 'flyctl ended with exit code 1.' }), options: JSON.stringify({ environment: 'production', allow_older: true, redeploy: false }) });
    const again = `gh workflow run deploy-production.yml -f ref=${world.commits.main} -f allow_older=true`;
    expectEnding(ended, subject, { decision: 'failed', reasonCode: 'not-deployed' });
    expect(diagnoses(ended)).toEqual([expect.objectContaining({ kind: 'known', id: 'machine-replacing', phase: 'vendure', cure: 'command' })]);
    expect(ended.summary).toContain(`\`\`\`sh\nflyctl status -a shop-production\n${again}\n\`\`\``);
    expect(ended.summary).toMatch(/\*\*vendure: machine-replacing\*\*\n\nSomething else was changing a Machine.*\n\n同じ時に/u);
    expect(ended.log).toMatch(/^vendure: machine-replacing$/mu);
    expect(ended.outputs['report-file']).toMatch(/\/deploy-report\.json$/u);
  });

  test.each([
    ['a job of which no action spoke, whose last step nobody reported: its runner was lost', null, 'in_progress', ['runner-lost']],
    ['a cancelled job of which no action spoke', null, 'completed', ['cancelled']],
  ] as const)('%s', async (_, result, steps, ids) => {
    logOf(null, steps);
    const job = steps === 'completed' ? { vendure: { result: 'cancelled', outputs: {} } } : {};
    const ended = await report({ phases: failed(result, job) });
    expect(diagnoses(ended).map(({ id }) => id)).toEqual(ids);
  });

  test('what nothing is known of says so, and shows the last lines that mean something; no mention and no markup comes of them', async () => {
    logOf(['##[group]Run it', 'before', 'the `cat` sat on @keyboard | <b>', '##[error]Process completed with exit code 3.', 'Post job cleanup.'].map((line) => `2026-11-26T10:00:00.0000000Z ${line}\n`).join(''));
    const ended = await report({ phases: failed(null) });
    expect(diagnoses(ended)).toEqual([{ kind: 'unknown', phase: 'vendure', check: '', reasonCode: '', lines: ['before', 'the `cat` sat on @keyboard | <b>'] }]);
    expect(ended.summary).toContain('**vendure: not known**\n\nNo entry of the catalogue of known failures fits. Its last lines:\n\n- `before`\n- `the \'cat\' sat on @keyboard / <b>`');
  });

  test.each([
    ['an empty log', '', []],
    ['a log of 100 MB', `${`2026-11-26T10:00:00.0000000Z ${'x'.repeat(971)}\n`.repeat(100_000)}2026-11-26T10:00:01.0000000Z lease currently held by other@example.com\n`, ['lease-held']],
  ])('%s is read to its end, in bounded memory', async (_, text, ids) => {
    logOf(text);
    const ended = await report({ phases: failed(null) });
    expectEnding(ended, subject, { decision: 'failed', reasonCode: 'not-deployed' });
    expect(diagnoses(ended).flatMap(({ id }) => id ?? [])).toEqual(ids);
  });

  test('a log that GitHub does not give takes nothing away from what the action said', async () => {
    logOf(null);
    world.twin.github.setJobLog(31, null);
    const ended = await report({ phases: failed({ 'reason-code': 'flyctl-lied', message: 'm' }) });
    expect(diagnoses(ended).map(({ id }) => id)).toEqual(['flyctl-lied']);
    expect(ended.log).toContain('The log of vendure could not be read');
  });
});

test('what was skipped, suppressed or healed stands in the summary of a green deploy as well', async () => {
  const { main, previous } = world.commits;
  serve({ vendure: main, dashboard: main, storefront: main });
  const phases = JSON.parse(phasesAfter(previous)) as Record<string, unknown>;
  const result = JSON.stringify({ decision: 'done', 'reason-code': 'image-built', notes: [{ kind: 'healed', what: 'the push was tried again | once' }] });
  const ended = await report({ phases: JSON.stringify({ ...phases, image: { result: 'success', outputs: { result } } }) });
  expectEnding(ended, subject, { decision: 'done', reasonCode: 'target-serves' });
  expect(ended.summary).toContain('### Skipped, suppressed, healed\n\n| phase | kind | what |\n|---|---|---|\n| image | healed | the push was tried again \\| once |');
  expect(ended.summary).not.toContain('### Why');
});

test.each([
  ['phases', 'success', 'input `phases` is not what toJSON(needs) gives. Write:  phases: ${{ toJSON(needs) }}'],
  ['sla-seconds', '-1', 'input `sla-seconds` is "-1". Allowed: a whole number of seconds, 1 or more. Leave it empty to use `environments.production.sla-seconds` (900).'],
  ['options', 'yes', 'input `options` is not what toJSON(inputs) gives. Write:  options: ${{ toJSON(inputs) }}'],
  ['started-at', 'yesterday', 'input `started-at` is "yesterday". It takes a time such as 2026-01-31T12:00:00Z'],
])('input %s refuses "%s" with what to write', async (name, value, sentence) => {
  const ended = await report({ [name]: value });
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'invalid-input' });
  expect(annotations(ended)).toEqual([expect.stringContaining(`deploy-report: ${sentence}`)]);
});

function report(inputs: Readonly<Record<string, string>> = {}): Promise<ActionRun> {
  const { previous, main } = world.commits;
  return startAction({
    folder: subject.folder,
    inputs: { environment: 'production', sha: main, phases: phasesAfter(previous), 'github-token': world.githubToken, ...inputs },
    environment: run.environment,
    files: world.files,
  });
}

/** `toJSON(needs)` of a lane whose preflight read that every surface served the commit. */
function phasesAfter(before: string, verify?: { readonly result: string; readonly 'reason-code': string; readonly message: string }): string {
  const result = { decision: 'done', 'reason-code': 'ready', seconds: 3, serving: { vendure: before, dashboard: before, storefront: before } };
  const job = { result: 'success', outputs: {} };
  return JSON.stringify({ preflight: { result: 'success', outputs: { result: JSON.stringify(result) } }, vendure: job, dashboard: job, storefront: job, ...(verify === undefined ? {} : { verify: { result: verify.result, outputs: { result: JSON.stringify({ decision: 'failed', ...verify }) } } }) });
}

function serve(shas: Partial<Record<'vendure' | 'dashboard' | 'storefront', string | null>>): void {
  for (const surface of ['vendure', 'dashboard', 'storefront'] as const) {
    const sha = shas[surface];
    if (sha !== undefined) world.shop[surface].sha = sha;
  }
}

function startedMinutesAgo(minutes: number): number {
  const start = Date.now() - minutes * 60_000;
  world.twin.github.setRun({ id: 1001, repository: REPOSITORY, status: 'in_progress', startedAt: new Date(start).toISOString() });
  return start;
}
