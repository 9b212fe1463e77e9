import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ACTIONS, CALLERS, LANES, lanesOf, lanesPage, root, sources } from '../src/index.ts';
import { diagnosticsOf } from './stage/language.ts';
import { planOfCaller } from './stage/plan.ts';

const page = await readFile(join(root, 'docs/lanes.md'), 'utf8');
const lanes = lanesOf(await sources(LANES), await sources(ACTIONS));
/** The caller that the page shows of each lane. */
const callers = new Map([...page.matchAll(/^## ([\w-]+)\n[\s\S]*?^```yaml\n([\s\S]*?)^```$/gmu)].map(([, name = '', text = '']) => [name, text]));
const shown = lanes.map(({ name }) => [name, callers.get(name) ?? ''] as const);

test('the page is fresh (npm run tables)', async () => {
  expect(/<!-- lanes:start -->\n([\s\S]*?)<!-- lanes:end -->/u.exec(page)?.[1]).toBe(`\n${lanesPage(lanes, await sources(CALLERS))}\n`);
  expect(lanes.length).toBeGreaterThan(6);
});

test("README's table names every lane", async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const named = [...readme.matchAll(/^\| \[[\w-]+\]\((\.github\/workflows\/[\w-]+\.yml)\) \|/gmu)].map(([, path]) => path);
  expect(new Set(named)).toEqual(new Set(lanes.map(({ path }) => path)));
});

test.each(lanes.map((lane) => [lane.name, lane] as const))('%s: nothing of it is without a word', (_, { purpose, inputs, secrets, outputs, permissions }) => {
  const silent = [...inputs, ...secrets, ...outputs].filter(({ meaning }) => meaning === '').map(({ name }) => name);
  expect([purpose === '', silent, permissions.filter(({ reason }) => reason === '')]).toEqual([false, [], []]);
});

describe('the caller that the page shows', () => {
  test.each(shown)("%s: GitHub's parser takes it, the plan has the lane in it, and GitHub's editor finds nothing", async (name, text) => {
    const plan = await planOfCaller(text);
    if (typeof plan === 'string') throw new Error(plan);
    expect(plan.jobs.filter((job) => job.kind === 'call').map((job) => job.callee.file)).toContain(`.github/workflows/${name}.yml`);
    expect(await diagnosticsOf(`${name}.yml`, text)).toEqual([]);
  });

  const permissions = shown.flatMap(([name, text]) => [...text.matchAll(/^      (?<scope>[\w-]+): (?<level>read|write)\b.*\n/gmu)].map(({ 0: line, groups }) => [name, groups?.['scope'] ?? '', groups?.['level'] ?? '', text.replace(line, '')] as const));

  test.each(permissions)('%s without `%s: %s` is refused, with the line that mends it', async (_, scope, level, text) => {
    const refused = await planOfCaller(text.replace(/^    permissions:\n(?!      )/mu, '    permissions: {}\n'));
    // The job that is named first may ask for less than another.
    expect(refused).toMatch(new RegExp(`is requesting '${scope}: (?:read|write)', but is only allowed '${scope}: none'\\.`, 'u'));
    expect(refused).toMatch(new RegExp(`this line:  permissions: \\{.* ${scope}: ${level}\\b.*\\}$`, 'u'));
  });

  // An identity is asked for or not: there is none to read.
  const writes = permissions.filter(([, scope, level]) => level === 'write' && scope !== 'id-token');

  test.each(writes)('%s with `%s: read` is refused: it needs write', async (name, scope) => {
    const text = callers.get(name) ?? '';
    expect(await planOfCaller(text.replace(new RegExp(`^(      ${scope}: )write`, 'mu'), '$1read'))).toContain(`is requesting '${scope}: write', but is only allowed '${scope}: read'.`);
  });
});
