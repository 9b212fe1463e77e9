import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DeployConfig } from '@vendure-deploy/shared/config';
import { wantedFlyctl } from '../src/flyctl-version.ts';

let workspace: string;
beforeEach(async () => void (workspace = await mkdtemp(join(tmpdir(), 'flyctl-version-'))));
afterEach(() => rm(workspace, { recursive: true, force: true }));

const SHA256 = 'f'.repeat(64);
const configured = { version: '0.4.80', sha256: SHA256 };

interface Given {
  readonly input?: string;
  readonly digest?: string;
  readonly config?: NonNullable<DeployConfig['tools']>['flyctl'];
  readonly files?: Readonly<Record<string, string>>;
}

async function wanted({ input = '', digest = '', config, files = {} }: Given): ReturnType<typeof wantedFlyctl> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(workspace, name), text);
  const tools = { wrangler: { range: '>=4 <5' }, ...(config === undefined ? {} : { flyctl: config }) };
  return wantedFlyctl({ 'flyctl-version': input, 'flyctl-sha256': digest }, { 'schema-version': 1, environments: {}, tools }, workspace);
}

const MISE = '[tools]\nnode = "24"\nflyctl = "0.4.81"\n';
const ASDF = '# tools\nnodejs 24.0.0\nflyctl 0.4.82 # pinned\n';

test.each<[string, Given, Awaited<ReturnType<typeof wantedFlyctl>>]>([
  ['the input first; a digest of the configuration is for another version', { input: '0.4.79', config: configured, files: { 'mise.toml': MISE } }, { version: '0.4.79', sha256: '', from: 'input `flyctl-version`' }],
  ['then the configuration, with its digest', { config: configured, files: { 'mise.toml': MISE, '.tool-versions': ASDF } }, { version: '0.4.80', sha256: SHA256, from: 'the configuration' }],
  ['then mise.toml', { files: { 'mise.toml': MISE, '.tool-versions': ASDF } }, { version: '0.4.81', sha256: '', from: 'mise.toml' }],
  ['mise.toml with a table', { files: { 'mise.toml': '[tools]\nflyctl = { version = "0.4.83", os = ["linux"] }\n' } }, { version: '0.4.83', sha256: '', from: 'mise.toml' }],
  ['mise.toml with a list', { files: { 'mise.toml': '[tools]\nflyctl = ["0.4.84", "0.4.1"]\n' } }, { version: '0.4.84', sha256: '', from: 'mise.toml' }],
  ['then .tool-versions, where mise.toml names no flyctl', { files: { 'mise.toml': '[tools]\nnode = "24"\n', '.tool-versions': ASDF } }, { version: '0.4.82', sha256: '', from: '.tool-versions' }],
  ['at last our pin', {}, { version: '0.4.87', sha256: '', from: "the suite's pin" }],
  ["the input's digest beats every other", { digest: 'e'.repeat(64), config: configured }, { version: '0.4.80', sha256: 'e'.repeat(64), from: 'the configuration' }],
])('%s', async (_, given, expected) => {
  expect(await wanted(given)).toEqual(expected);
});

test.each<[string, Given, string]>([
  ['latest, by mise.toml', { files: { 'mise.toml': '[tools]\nflyctl = "latest"\n' } }, 'mise.toml names flyctl "latest". It takes one exact release such as 0.4.87'],
  ['a prefix, by .tool-versions', { files: { '.tool-versions': 'flyctl 0.4\n' } }, '.tool-versions names flyctl "0.4"'],
  ['a word, by the input', { input: 'v0.4.87' }, 'input `flyctl-version` names flyctl "v0.4.87"'],
])('%s is refused', async (_, given, sentence) => {
  await expect(wanted(given)).rejects.toThrow(sentence);
});
