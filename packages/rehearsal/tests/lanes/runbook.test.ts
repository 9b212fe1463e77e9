import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Truth } from '@vendure-deploy/twin';
import { commandLine, insideOf, LONG, rehearsed, start, typed, worldFolder } from '../stage.ts';
import { VENDURE_ONLY } from './faults.ts';

// docs/runbook.ja.md, typed: one world from the first command to the last, each goes on from where the one before it ended, as an operator does.
const ROOT = join(import.meta.dirname, '../../../..');
const APP = 'shop-production';

interface Step {
  /** As the page has it, with its `<…>`. */
  readonly command: string;
  /** What has happened before: the arguments of a rehearsal that fails. */
  readonly after?: readonly string[];
  readonly exitCode?: number;
  readonly says: RegExp;
  /** Production afterwards; a surface that is not named serves what it served before. */
  readonly serves?: Readonly<Partial<Record<'vendure' | 'dashboard' | 'storefront', 'main' | 'previous'>>>;
}

const STEPS: readonly Step[] = [
  { command: 'gh workflow run deploy-production.yml -f dry_run=true', says: /deploy-production: success/u },
  { command: 'gh workflow run deploy-lock.yml -f environment=production', says: /deploy-lock: success/u },
  { command: 'script/status production', exitCode: 0, says: /vendure/u },
  { command: 'gh workflow run deploy-production.yml -f storefront=false', says: /verdict deployed/u, serves: { vendure: 'main', dashboard: 'main' } },
  { command: 'gh workflow run deploy-storefront.yml -f environment=production', says: /verdict deployed/u, serves: { storefront: 'main' } },
  { command: 'gh workflow run deploy-production.yml', says: /verdict unchanged/u },
  { command: 'gh workflow run deploy-production.yml -f ref=<previous-sha> -f allow_older=true', says: /verdict deployed/u, serves: { vendure: 'previous', dashboard: 'previous', storefront: 'previous' } },
  { command: 'gh workflow run deploy-production.yml -f vendure=false -f storefront=false', says: /verdict deployed/u, serves: { dashboard: 'main' } },
  { command: 'script/diagnose --run <run-id>', after: [...VENDURE_ONLY, '--fault', 'tool flyctl 1 exit 0 without-effect'], says: /gh workflow run deploy-production\.yml|gh run rerun/u },
  { command: 'gh run rerun <run-id> --failed', says: /verdict deployed/u, serves: { vendure: 'main' } },
  { command: 'gh workflow run deploy-production.yml -f allow_pending_migration=true', says: /verdict deployed/u, serves: { storefront: 'main' } },
  { command: 'gh workflow run fast-deploy-production.yml', says: /verdict unchanged/u },
  { command: 'gh workflow run verify.yml -f environment=production', says: /verify: success/u },
  { command: "gh workflow run deploy-lock.yml -f environment=production -f operation=force -f confirm_environment=production -f reason='its runner was switched off'", after: [...VENDURE_ONLY, '-f', 'redeploy=true', '--fault', 'run step vendure/deploy 1 runner-lost'], says: /deploy-lock: success/u },
  { command: 'flyctl machine list --app <app>', says: /worker/u },
  { command: 'flyctl machine start <machine-id> --app <app>', says: /started/u },
  { command: String.raw`printf 'FEATURE_FLAG=on\n' | flyctl secrets import --stage --app <app>`, says: /./u },
  { command: 'gh workflow run deploy-production.yml -f redeploy=true', says: /deploy-production: success/u, serves: { vendure: 'main', dashboard: 'main', storefront: 'main' } },
  { command: 'gh workflow run deploy-staging.yml --ref develop -f allow_pending_migration=true', says: /verdict deployed/u },
  { command: 'gh workflow run deploy-staging.yml -f ref=develop -f allow_pending_migration=true', says: /verdict unchanged/u },
];

/** Typed outside of the world. */
const OUTSIDE: readonly string[] = ['script/rehearse deploy-production --world <dir>', "script/world <dir> -- 'gh workflow run deploy-production.yml -f dry_run=true'"];

let world: string;
let shas: { readonly main: string; readonly previous: string };
let run = 0;
/** What is so before each command: what was so after the one before it. A rehearsal that fails in between leaves everything as it was, but for the lock. */
let served: Truth;
beforeAll(async () => {
  world = await worldFolder();
  const { outcome } = await rehearsed('deploy-production', '--world', world, '-f', 'dry_run=true');
  const { vendure } = outcome.truth.before;
  shas = { main: outcome.outputs['sha'] ?? '', previous: typeof vendure === 'string' ? vendure : '' };
  served = outcome.truth.after;
}, LONG);
afterAll(() => rm(world, { recursive: true, force: true }));

test('every command of the page is typed here, and nothing else', async () => {
  const page = await readFile(join(ROOT, 'docs/runbook.ja.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gmu)].flatMap(([, block = '']) => block.trim().split('\n'));
  const table = [...page.matchAll(/^\| [^|]+ \| `([^`]+)` \|$/gmu)].map(([, command = '']) => command);
  expect(blocks.length).toBeGreaterThan(10);
  expect(table.length).toBeGreaterThan(5);
  expect(new Set([...blocks, ...table])).toEqual(new Set([...STEPS.map(({ command }) => command), ...OUTSIDE]));
});

for (const step of STEPS) {
  test(
    step.command,
    async () => {
      if (step.after !== undefined) {
        const { outcome } = await rehearsed('deploy-production', '--world', world, ...step.after);
        expect(outcome.conclusion).toBe('failure');
        run = outcome['run-id'];
      }
      const { exitCode, said } = await typed(world, await spelledOut(step.command));
      expect({ exitCode, said }).toEqual({ exitCode: step.exitCode ?? 0, said: expect.stringMatching(step.says) });
      const { truth } = await insideOf(world);
      const changed = Object.fromEntries(Object.entries(step.serves ?? {}).map(([surface, which]) => [surface, shas[which]]));
      expect(truth).toEqual({ ...served, worker: truth.vendure, database: truth.database, ...changed, lock: 'free' });
      served = truth;
    },
    2 * LONG,
  );
}

test(
  'the two commands that rehearse work as they stand',
  async () => {
    const { exitCode } = await commandLine('deploy-production', '--world', world);
    expect(exitCode).toBe(0);
    expect(await start([join(ROOT, 'packages/rehearsal/src/laptop/main.ts'), world, '--', 'gh workflow run deploy-production.yml -f dry_run=true'])).toMatchObject({ exitCode: 0 });
  },
  2 * LONG,
);

async function spelledOut(command: string): Promise<string> {
  const machine = command.includes('<machine-id>') ? await stoppedWorker() : '';
  return command.replace('<previous-sha>', shas.previous).replace('<run-id>', String(run)).replaceAll('<app>', APP).replace('<machine-id>', machine);
}

/** The worker, stopped: what the page says to start again. */
async function stoppedWorker(): Promise<string> {
  const find = `flyctl machine list -a ${APP} --json | node -e 'console.log("worker=" + JSON.parse(require("node:fs").readFileSync(0)).find((one) => one.config.metadata.fly_process_group === "worker").id)'`;
  const [, id = ''] = /^worker=(\S+)$/mu.exec((await typed(world, find)).said) ?? [];
  await typed(world, `flyctl machine stop ${id} -a ${APP} && flyctl machine wait ${id} -a ${APP} --state stopped -w 60s`);
  return id;
}
