import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ACTIONS, CALLERS, changed, LANES, permissionsFile, root, said, source, sources } from '../src/index.ts';
import { downloadFindings } from '../src/rules/downloads.ts';
import { grantFindings } from '../src/rules/grants.ts';
import { inputFindings } from '../src/rules/inputs.ts';
import { installFindings } from '../src/rules/installs.ts';
import { outputFindings } from '../src/rules/outputs.ts';
import { permissionFindings } from '../src/rules/permissions.ts';
import { pagePinFindings, pinFindings, recordedPins } from '../src/rules/pins.ts';
import { scriptFindings } from '../src/rules/scripts.ts';
import { badFiles, redOf } from './stage/bad.ts';
import { diagnosticsOf } from './stage/language.ts';
import { planOf } from './stage/plan.ts';
import { readByPeople } from './stage/tracked.ts';

const pins = await recordedPins();
const workflows = await sources(LANES, CALLERS);
const actions = await sources(ACTIONS);
const all = [...workflows, ...actions];

const ofGate = async (gate: string): Promise<(readonly [string, string, string])[]> => (await badFiles(gate)).map(({ path, red, text }) => [path, red, text] as const);
const bad = { own: await ofGate('own'), plan: await ofGate('plan'), language: await ofGate('language-service') };

/** Every rule that reads one file. */
function findings(path: string, text: string): { rule: string; said: string }[] {
  const file = source(path, text);
  const yaml = /\.ya?ml$/u.test(path);
  const found = [
    ...(yaml ? [...pinFindings(file, pins), ...scriptFindings(file), ...inputFindings(file), ...outputFindings(file, actions, pins)] : []),
    ...(yaml && file.document.has('jobs') ? permissionFindings(file) : []),
    ...(path.endsWith('deploy.config.yml') ? installFindings(file) : []),
    ...downloadFindings(path, text),
  ];
  return found.map((one) => ({ rule: one.rule, said: said(one) }));
}

describe('the workflows and actions of this repository', () => {
  test.each(all.map(({ path, text }) => [path, text] as const))('%s keeps every rule', (path, text) => {
    expect(findings(path, text).map((one) => one.said)).toEqual([]);
  });

  test.each(workflows.map(({ path }) => path))("%s is taken by GitHub's parser, and grants what is asked for", async (path) => {
    const plan = await planOf(path);
    expect(typeof plan === 'string' ? plan : grantFindings(plan).map(said)).toEqual([]);
  });

  test.each(all.map(({ path, text }) => [path, text] as const))("GitHub's own editor finds nothing in %s", async (path, text) => {
    expect(await diagnosticsOf(path, text)).toEqual([]);
  });

  test('the permissions are the recorded ones (npm run tables, and read its diff)', async () => {
    expect(changed(await readFile(join(root, 'packages/workflows/recorded/permissions.txt'), 'utf8'), permissionsFile(workflows))).toEqual([]);
  });

  test('every recorded pin is in use', () => {
    const unused = Object.values(pins).flat().filter(({ sha }) => !all.some(({ text }) => text.includes(sha)));
    expect(unused).toEqual([]);
  });
});

test('each surface of an example installs what it needs and no more', async () => {
  const configurations = await sources('examples/*/.github/deploy.config.yml');
  expect(configurations.flatMap(installFindings).map(said)).toEqual([]);
});

test('what the pages show to be pasted is pinned as well', async () => {
  const pages = (await readByPeople()).filter(({ path }) => path.endsWith('.md'));
  expect(pages.filter(({ text }) => text.includes('uses: actions/')).length).toBeGreaterThan(2);
  expect(pages.flatMap(({ path, text }) => pagePinFindings(path, text, pins)).map(said)).toEqual([]);
  expect(pagePinFindings('a.md', '- uses: actions/checkout@v4\n', pins).map(({ rule }) => rule)).toEqual(['not-a-commit']);
});

test('nothing that a person or a runner takes a command from runs what it downloads', async () => {
  const files = await readByPeople();
  expect(files.length).toBeGreaterThan(300);
  expect(files.flatMap(({ path, text }) => downloadFindings(path, text)).map(said)).toEqual([]);
});

describe('a bad file turns its gate red, and only as it says itself', () => {
  test.each(bad.own)('%s: %s', (path, rule, text) => {
    expect(findings(path, text).map((one) => one.rule)).toEqual([rule]);
  });

  test.each(bad.plan)('%s: %s', async (path, red) => {
    const plan = await planOf(path);
    expect(typeof plan === 'string' ? plan : grantFindings(plan).map(said).join('\n')).toContain(red);
  });

  test.each(bad.language)('%s: %s', async (path, red, text) => {
    expect(await diagnosticsOf(path, text)).toEqual([expect.stringContaining(red)]);
  });

  test('every rule of ours has one', async () => {
    const rules = await Promise.all((await readdir(join(root, 'packages/workflows/src/rules'))).map((name) => readFile(join(root, 'packages/workflows/src/rules', name), 'utf8')));
    const named = new Set(rules.flatMap((text) => [...text.matchAll(/rule: '([\w-]+)'/gu)].map(([, rule]) => rule)));
    const seeded = new Set([...(await badFiles('own')).map(({ red }) => red), 'grants-more']);
    expect([...named].filter((rule) => !seeded.has(rule ?? ''))).toEqual([]);
  });

  test('every gate that a file names is there', async () => {
    const gates = (await badFiles()).map(({ text }) => redOf(text).gate);
    expect(new Set(gates)).toEqual(new Set(['own', 'plan', 'language-service', 'zizmor', 'actionlint', 'ghalint', 'shellcheck']));
  });
});

describe('a change of permissions is told as lines', () => {
  const recorded = 'a.yml: nothing\na.yml build: contents read\n';
  test.each([
    ['a job may do more', 'a.yml: nothing\na.yml build: contents write\n', ['- a.yml build: contents read', '+ a.yml build: contents write']],
    ['a job is new', `${recorded}a.yml deploy: id-token write\n`, ['+ a.yml deploy: id-token write']],
    ['a job is gone', 'a.yml: nothing\n', ['- a.yml build: contents read']],
    ['nothing changed', recorded, []],
  ])('%s', (_, now, lines) => {
    expect(changed(recorded, now)).toEqual(lines);
  });
});

test.each([
  'curl -fsSL https://tools.example/x | sh',
  'curl https://tools.example/x | sudo -E bash -',
  'wget -qO- https://tools.example/x | /bin/bash -s',
  'bash <(curl -s https://tools.example/x)',
  'eval "$(curl -s https://tools.example/x)"',
  'curl https://tools.example/x | python3 -',
  'iwr https://tools.example/x | iex',
])('%s is a download that is run unread', (line) => {
  expect(downloadFindings('a.sh', line)).toHaveLength(1);
});

test.each(['no `curl | bash` here', 'curl -s https://tools.example/x | jq .version', 'curl -so x https://tools.example/x; sha256sum --check x.sum && bash x', 'curl -s https://tools.example/x | python3 -m json.tool', 'curl -s https://tools.example/shell | grep sh'])('%s is none', (line) => {
  expect(downloadFindings('a.sh', line)).toEqual([]);
});
