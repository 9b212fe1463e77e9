import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { jobsTokenOf } from '../../src/shop/config.ts';
import { insideOf, interruptedTyping, LONG, processesOf, rehearsed, typed, worldFolder } from '../stage.ts';
import { VENDURE_ONLY } from './faults.ts';

// One world from the first test to the last: each goes on from where the one before it ended, as an operator does.
let world: string;
let failedRun: number;
let old: unknown;
beforeAll(async () => {
  world = await worldFolder();
  const { outcome } = await rehearsed('deploy-production', '--world', world, ...VENDURE_ONLY, '--fault', 'tool flyctl 1 exit 0 without-effect');
  expect(outcome.verdict).toBe('failed-before-switch');
  failedRun = outcome['run-id'];
  old = outcome.truth.after.vendure;
}, LONG);
afterAll(() => rm(world, { recursive: true, force: true }));

test(
  'gh run rerun --failed deploys what the failed run did not; what had succeeded is not done again',
  async () => {
    const { exitCode, said } = await typed(world, `gh run rerun ${failedRun} --failed && gh run view ${failedRun}`);
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: expect.stringContaining('verdict deployed') });
    expect(said).toContain(`✓ main deploy-production · ${failedRun} (attempt 2): success`);
    expect(said).not.toContain('preflight …');
    const { truth } = await insideOf(world);
    expect(truth).toMatchObject({ lock: 'free', worker: truth.vendure });
    expect(truth.vendure).not.toBe(old);
  },
  2 * LONG,
);

test(
  'gh workflow run deploys in that world, and its exit code says only that it was dispatched',
  async () => {
    const before = (await insideOf(world)).truth;
    const { exitCode, said } = await typed(world, 'gh workflow run deploy-production.yml -f vendure=false -f storefront=false && gh workflow run deploy-production.yml -R example/shop -f ref=develop');
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: expect.stringMatching(/^deploy-production: success, verdict deployed[\s\S]*^deploy-production: failure/mu) });
    expect((await insideOf(world)).truth).toEqual({ ...before, dashboard: before.vendure });
  },
  2 * LONG,
);

const REFUSED: readonly (readonly [what: string, command: string, sentence: string])[] = [
  ['a workflow that there is not', 'gh workflow run deploy-prod.yml', 'HTTP 404: workflow deploy-prod.yml not found on the default branch (https://api.github.com/repos/example/shop/actions/workflows/deploy-prod.yml)'],
  ['an input that there is not', 'gh workflow run deploy-production.yml -f vendor=false', 'could not create workflow dispatch event: HTTP 422: Unexpected inputs provided: ["vendor"] (https://api.github.com/repos/example/shop/actions/workflows/deploy-production.yml/dispatches)'],
  ['a value that is not allowed', 'gh workflow run deploy-lock.yml -f environment=prod', "HTTP 422: Provided value 'prod' for input 'environment' not in the list of allowed values"],
  ['a ref that there is not', 'gh workflow run deploy-production.yml --ref nowhere', 'HTTP 422: No ref found for: nowhere'],
  ['a run that there is not', 'gh run rerun 1 --failed', 'HTTP 404: Not Found (https://api.github.com/repos/example/shop/actions/runs/1)'],
  ['another repository', 'gh workflow run deploy-production.yml -R example/other', 'HTTP 404: Not Found (https://api.github.com/repos/example/other)'],
  ['an environment that there is not', 'echo x | gh secret set NAME --env prod', 'HTTP 404: Not Found (https://api.github.com/repos/example/shop/environments/prod/secrets/public-key)'],
  ['a secret without a value', 'gh secret set NAME --env production </dev/null', 'the value is empty'],
  ['a cache that there is not', 'gh api -X DELETE "repos/example/shop/actions/caches?key=nope" >/dev/null', 'gh: Not Found (HTTP 404)'],
  ['a command that nobody prints', 'gh release create v1', 'the stand-in gh does not have "release create"'],
];

test(
  'what GitHub would not take is refused in one line, and nothing runs',
  async () => {
    const runs = 'gh api --paginate "repos/{owner}/{repo}/actions/runs" | grep -o \'"total_count":[0-9]*\'';
    const { said } = await typed(world, `exec 2>&1; ${runs}; ${REFUSED.map(([what, command]) => `${command}; echo "$? after ${what}"`).join('; ')}; ${runs}`);
    const [before, ...lines] = said.trim().split('\n');
    const after = lines.pop();
    expect(lines).toEqual(REFUSED.flatMap(([what, , sentence]) => [expect.stringContaining(sentence), `1 after ${what}`]));
    expect(after).toBe(before);
  },
  LONG,
);

test(
  'flyctl machine start brings a stopped worker back: its process does the job that had waited',
  async () => {
    const ask = (path: string, more = ''): string => `curl -s ${more} -H 'authorization: Bearer ${jobsTokenOf('shop-production')}' https://api.shop.example/deploy/jobs/${path}`;
    const worker = "$(flyctl machine list -a shop-production --json | node -e 'console.log(JSON.parse(require(\"node:fs\").readFileSync(0)).find((one) => one.config.metadata.fly_process_group === \"worker\").id)')";
    const stopped = await typed(world, `flyctl machine stop ${worker} -a shop-production && flyctl machine wait ${worker} -a shop-production --state stopped -w 60s && ${ask('canary', '-X POST')}`);
    const [, id = ''] = /\{"id":"?(\d+)"?\}/u.exec(stopped.said) ?? [];
    expect(stopped).toEqual({ exitCode: 0, said: expect.stringContaining(' has been successfully stopped') });
    expect(named(await insideOf(world), 'FLY_PROCESS_GROUP')).toEqual(['app', 'app']);

    const done = `for turn in $(seq 200); do answer=$(${ask(`canary/${id}`)}); case "$answer" in *COMPLETED*) break;; esac; sleep 0.1; done; echo "$answer"`;
    const started = await typed(world, `${ask(`canary/${id}`)} && flyctl machine start ${worker} -a shop-production && ${done}`);
    expect(started.said).toMatch(/"state":"PENDING"[\s\S]* has been started\n[\s\S]*"state":"COMPLETED"[\s\S]*"processGroup":"worker"/u);
    expect(named(await insideOf(world), 'FLY_PROCESS_GROUP')).toEqual(['app', 'app', 'worker']);
  },
  2 * LONG,
);

test(
  'a secret that gh secret set has read from standard input reaches the Machines with the next run, also when the world was closed in between',
  async () => {
    const url = `$(for one in /proc/[0-9]*; do case "$(readlink $one/cwd)" in ${world}/twin/*) tr '\\0' '\\n' <$one/environ | sed -n 's/^DATABASE_URL=//p';; esac; done 2>/dev/null | grep shop_production | head -n 1)`;
    const set = await typed(world, `printf '{"DATABASE_URL":"%s","JOBS_TOKEN":"rotated"}' "${url}" | gh secret set FLY_SECRETS --env production && printf rotated | gh secret set jobs_token --env production`);
    expect(set).toEqual({ exitCode: 0, said: '✓ Set Actions secret FLY_SECRETS for example/shop\n✓ Set Actions secret JOBS_TOKEN for example/shop\n' });

    const ran = await typed(world, 'gh workflow run deploy-production.yml -f dashboard=false -f storefront=false');
    // The commit serves already: what ships is the secrets alone.
    expect(ran).toEqual({ exitCode: 0, said: expect.stringContaining('deploy-production: success, ') });
    expect(ran.said).not.toContain('rotated');
    expect(named(await insideOf(world), 'FLY_PROCESS_GROUP', 'JOBS_TOKEN')).toEqual(['app rotated', 'app rotated', 'worker rotated']);
  },
  2 * LONG,
);

test(
  'script/status is at hand, and says what that world serves',
  async () => {
    const { truth } = await insideOf(world);
    const { exitCode, said } = await typed(world, 'script/status production --json');
    expect(JSON.parse(said.slice(said.indexOf('{')))).toMatchObject({ environment: 'production', lock: { kind: 'free' }, surfaces: [{ surface: 'vendure', sha: truth.vendure }, { sha: truth.dashboard }, { sha: truth.storefront }] });
    expect(exitCode).toBeLessThan(2);
  },
  LONG,
);

test(
  'a Ctrl-C cancels the run that was dispatched, gives the lock back, and leaves no process behind',
  async () => {
    const { said } = await interruptedTyping(/ preflight …/u, world, 'gh workflow run deploy-production.yml -f redeploy=true -f dashboard=false -f storefront=false');
    expect(said).toContain('deploy-production: cancelled');
    expect(await processesOf(world)).toEqual([]);
    expect((await insideOf(world)).truth.lock).toBe('free');
  },
  2 * LONG,
);

test('what a command leaves running ends with it, and its exit code comes through', async () => {
  expect((await typed(world, 'sleep 600 & exit 7')).exitCode).toBe(7);
  expect(await processesOf(world)).toEqual([]);
}, LONG);

/** Those variables of each Machine's process. */
function named({ machines }: Awaited<ReturnType<typeof insideOf>>, ...names: readonly string[]): string[] {
  return machines.map((machine) => names.map((name) => machine[name] ?? '').join(' ')).toSorted((one, other) => one.localeCompare(other));
}
