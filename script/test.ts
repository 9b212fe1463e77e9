/**
 * The steps of `script/test`. Each prints one line; a failing step prints what it said, and the others still run.
 * Tests are counted by jest; every other step counts as one.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (path: string): string => join(root, 'node_modules', path);
const node = process.execPath;

/** Each rehearsal waits more than it works: two at a time on two cores. */
const SIDE_BY_SIDE = ['--maxWorkers=2'];
/** What starts many real processes for seconds, and what starts real wrangler (one at a time: each takes a core and a second to start). */
const INTEGRATION = '\\.integration\\.test';
const WRANGLER = '\\.wrangler\\.test';
/** Whole tables of faults, minutes long: beside the rehearsals of every lane. */
const LANES = '\\.lanes\\.test';
/** Very many schedules of a model that the units play some thousands of. */
const LONG = '\\.long\\.test';
/** What needs other people's programs at pinned versions: script/conformance has them. */
const CONFORMANCE = '\\.conformance\\.test';
const UNITS = [...SIDE_BY_SIDE, '--testPathIgnorePatterns', INTEGRATION, WRANGLER, LANES, LONG, CONFORMANCE];

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

interface Step {
  readonly name: string;
  run(): Promise<{ count: Count; said: string }>;
}

const paths = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const quick = process.argv.includes('--quick');
const lanes = process.argv.includes('--lanes');
const long = process.argv.includes('--long');
const total: Count = { passed: 0, failed: 0, skipped: 0 };

for (const step of await stepsWanted()) {
  const started = performance.now();
  const { count, said } = await step.run();
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${count.failed === 0 ? 'ok  ' : 'FAIL'} ${step.name} (${seconds} s)`);
  if (count.failed > 0) console.log(said);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function stepsWanted(): Promise<Step[]> {
  if (paths.length > 0) return stepsOf(paths);
  if (lanes) return [command('bundles are built', ['script/build.ts']), jest('rehearsals of every lane', ['packages/rehearsal/tests/lanes'], SIDE_BY_SIDE), jest('tables of faults on the bundles', [LANES], SIDE_BY_SIDE)];
  if (long) return [jest('very many schedules', [LONG])];
  const statics = [
    command('types', [bin('typescript7/bin/tsc'), '-p', '.']),
    command('lint', [bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', 'packages', 'actions', 'script']),
    command('import directions', [bin('dependency-cruiser/bin/dependency-cruiser.mjs'), '--config', '.dependency-cruiser.js', 'packages', 'actions']),
  ];
  const units = jest('units', ['packages/(?!acceptance|rehearsal)', 'actions'], UNITS);
  if (quick) return [...statics, units];
  return [
    ...statics,
    command('dead code', [bin('knip/bin/knip.js'), '--no-progress']),
    units,
    command('bundles are built', ['script/build.ts']),
    jest('units that start real processes', [INTEGRATION], SIDE_BY_SIDE),
    jest('wrangler against the twin', [WRANGLER]),
    jest('acceptance on the bundles', ['packages/acceptance'], [...SIDE_BY_SIDE, '--testPathIgnorePatterns', LANES, CONFORMANCE]),
    jest('rehearsals', ['packages/rehearsal/tests/[^/]+$'], SIDE_BY_SIDE),
  ];
}

/** Below a folder its units alone, so that the inner loop stays short; what is left out is named in a line, and runs when a path names it. */
function stepsOf(wanted: readonly string[]): Step[] {
  const named = wanted.some((path) => /integration|wrangler|lanes|long|conformance/u.test(path));
  if (!named) console.log('Left out here, if below: *.integration.test.ts, *.wrangler.test.ts, *.lanes.test.ts, *.long.test.ts and *.conformance.test.ts. Name one to run it; script/test runs them all, but the last: script/conformance does.');
  return [jest(`tests of ${wanted.join(' ')}`, wanted, named ? SIDE_BY_SIDE : UNITS)];
}

function command(name: string, args: readonly string[]): Step {
  return {
    name,
    run: async () => {
      const { code, said } = await start(args);
      return { count: { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }, said };
    },
  };
}

/** Jest's own JSON gives the counts; its exit code alone could hide that nothing ran. */
function jest(name: string, patterns: readonly string[], options: readonly string[] = []): Step {
  return {
    name,
    run: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'jest-'));
      const results = join(folder, 'results.json');
      const { code, said } = await start([
        '--experimental-vm-modules',
        '--conditions=@vendure-deploy/source',
        '--disable-warning=ExperimentalWarning',
        bin('jest/bin/jest.js'),
        '--json',
        ...options,
        `--outputFile=${results}`,
        '--testPathPatterns',
        ...patterns,
      ]);
      const count = await readFile(results, 'utf8').then(countOf, () => ({ passed: 0, failed: 1, skipped: 0 }));
      await rm(folder, { recursive: true, force: true });
      if (count.passed + count.failed === 0 || (code !== 0 && count.failed === 0)) count.failed += 1;
      return { count, said: said.replace(/^\{"numFailed.*$/mu, '') };
    },
  };
}

interface JestResults {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numRuntimeErrorTestSuites: number;
}

function countOf(text: string): Count {
  const results = JSON.parse(text) as JestResults;
  return { passed: results.numPassedTests, failed: results.numFailedTests + results.numRuntimeErrorTestSuites, skipped: results.numPendingTests };
}

function start(args: readonly string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(node, [...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FORCE_COLOR: '0', NX_DAEMON: 'false' } });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.on('close', (code) => resolve({ code, said }));
  });
}
