import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseFault } from '@vendure-deploy/twin';
import { z } from 'zod';
import { commandsIn, type Command } from './contributing/commands.ts';
import { root } from './contributing/tree.ts';
import { actions } from './stage/actions.ts';

/** What a person reads first; the tables of each action's README have tests of their own. */
const pages = ['README.md', 'CONTRIBUTING.md', ...(await files('docs/*.md')), ...(await files('packages/*/README.md')), ...(await files('actions/*/README.md'))];
const texts = new Map(await Promise.all(pages.map(async (page) => [page, await read(page)] as const)));
const COMMON_INPUTS = ['config', 'environment'];
const COMMON_OUTPUTS = ['decision', 'reason-code', 'result'];

test.each(pages)('%s: every link within the repository leads somewhere', (page) => {
  const links = [...prose(textOf(page)).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/gu)].map(([, path = '']) => path);
  expect(links.filter((path) => !existsSync(join(root, dirname(page), path)))).toEqual([]);
});

const typed = ['README.md', 'CONTRIBUTING.md'].flatMap((page) => commandsIn(textOf(page)).map((command) => [page, command.text, command] as const));

test.each(typed)('%s: %s is a command, and has these options', async (_, __, command) => {
  if (command.words[0] === 'npm') return expect(await scripts()).toContain(command.words[2]);
  expect(existsSync(join(root, command.words[0] ?? ''))).toBe(true);
  const known = await optionsOf(command);
  expect(command.words.filter((word) => /^--?[a-z]/u.test(word) && !known.includes(word))).toEqual([]);
});

test('the faults that README and architecture name are understood', () => {
  const given = commandsIn(textOf('README.md')).flatMap(({ words }) => words.filter((_, at) => words[at - 1] === '--fault'));
  expect(given.length).toBeGreaterThan(1);
  const lines = /```\n(fly POST [\s\S]*?)```/u.exec(textOf('docs/architecture.md'))?.[1]?.trim().split('\n') ?? [];
  expect(lines.length).toBeGreaterThan(5);
  for (const fault of [...given, ...lines.map((line) => line.split(/ {2,}/u)[0] ?? '')]) expect(() => parseFault(fault)).not.toThrow();
});

test("the shop contract shows what a Vendure answers with as the example's plugin has it", async () => {
  const [, shown = ''] = /```ts\n([\s\S]+?)```/u.exec(textOf('docs/shop-contract.md')) ?? [];
  expect(shown).toContain("forRoutes('health/ready')");
  expect(await read('examples/vendure/src/deploy-plugin.ts')).toContain(shown);
});

test('the README lists every action', () => {
  const listed = [...textOf('README.md').matchAll(/^\| \[[\w-]+\]\(actions\/([\w-]+)\/README\.md\) \|/gmu)].map(([, name]) => name);
  expect(new Set(listed)).toEqual(new Set(actions.map(({ name }) => name)));
});

test.each(actions.map((action) => [action.name, action] as const))("the architecture's table has the inputs and outputs of %s, in their order", (name, { inputs, metadata }) => {
  const [, given = '', made = ''] = new RegExp(`^\\| ${name} \\| (.*?) \\| (.*?) \\|$`, 'mu').exec(textOf('docs/architecture.md')) ?? [];
  expect(namesIn(given)).toEqual(inputs.map((input) => input.name).filter((input) => !COMMON_INPUTS.includes(input)));
  expect(namesIn(made)).toEqual(Object.keys(metadata.outputs).filter((output) => !COMMON_OUTPUTS.includes(output)));
});

test('the dependencies are those of every package.json, each with its reason', async () => {
  const rows = textOf('docs/dependencies.md').split('\n').filter((line) => /^\| (?!package \||---)/u.test(line)).map((line) => line.split(/(?<!\\)\|/u).map((cell) => cell.trim()));
  const named = rows.flatMap(([, packages = '']) => packages.split(', '));
  const used = await Promise.all(['package.json', ...(await files('packages/*/package.json')), ...(await files('actions/*/package.json'))].map(dependenciesOf));
  expect(named.sort()).toEqual([...new Set(used.flat())].sort());
  expect(rows.filter(([, , purpose, reason]) => purpose === '' || reason === '')).toEqual([]);
});

/** What is not code: a recipe's own lines lead somewhere once they are followed. */
function prose(text: string): string {
  return text.replaceAll(/```[\s\S]*?```/gu, '').replaceAll(/(?<!\[)(`+)(.+?)\1/gu, '');
}

/** Without what stands in parentheses, as the values of a choice do. */
function namesIn(cell: string): string[] {
  return cell.replaceAll(/ \([^)]*\)/gu, '').split(', ');
}

const manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  overrides: z.record(z.string(), z.string()).default({}),
  scripts: z.record(z.string(), z.string()).default({}),
});

async function dependenciesOf(path: string): Promise<string[]> {
  const { dependencies, devDependencies, optionalDependencies, overrides } = manifest.parse(JSON.parse(await read(path)));
  return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...overrides }).filter((name) => !name.startsWith('@vendure-deploy/'));
}

async function scripts(): Promise<string[]> {
  return Object.keys(manifest.parse(JSON.parse(await read('package.json'))).scripts);
}

/** What its own source offers: commander's declarations, or the comment that a shell script prints as its help. */
async function optionsOf({ words: [script = ''] }: Command): Promise<string[]> {
  const sources: Readonly<Record<string, string>> = { rehearse: 'packages/rehearsal/src/command-line.ts', workflow: 'packages/runner/src/command-line/flags.ts', status: 'packages/status/src/command-line.ts', deploy: 'packages/laptop/src/command-line.ts', init: 'packages/init/src/command-line.ts' };
  const source = sources[basename(script)];
  const text = await read(source ?? script);
  const declared = source === undefined ? text.split('\n').filter((line) => line.startsWith('#')).join('\n') : [...text.matchAll(/\.option\('([^']+)'/gu)].map(([, flags]) => flags).join('\n');
  return [...declared.matchAll(/(?<![\w-])--?[a-z][\w-]*/gu)].map(([option]) => option).concat('--help');
}

function textOf(page: string): string {
  return texts.get(page) ?? '';
}

function read(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}

async function files(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob(pattern, { cwd: root })) found.push(file);
  return found.sort();
}
