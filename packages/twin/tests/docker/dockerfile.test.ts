import { describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildImage } from '../../src/docker/index.ts';
import { imageDigest, type PackedImage } from '../../src/registry/index.ts';

async function build(dockerfile: string, files: Record<string, string> = {}, options: { target?: string; buildArguments?: Record<string, string> } = {}): Promise<PackedImage> {
  const context = await mkdtemp(join(tmpdir(), 'context-'));
  try {
    for (const [path, content] of Object.entries({ Dockerfile: dockerfile, ...files })) {
      await mkdir(dirname(join(context, path)), { recursive: true });
      await writeFile(join(context, path), content);
    }
    return await buildImage({ context, ...options });
  } finally {
    await rm(context, { recursive: true });
  }
}

function configOf(image: PackedImage): unknown {
  return JSON.parse(Buffer.from(image.config).toString());
}

/** The paths of all layers: 100 bytes at the start of each tar header that begins with a printable name. */
function pathsOf(image: PackedImage): string[] {
  return image.layers.flatMap(({ bytes }) => {
    const tar = gunzipSync(bytes);
    const names: string[] = [];
    for (let at = 0; at < tar.length && tar[at] !== 0;) {
      names.push(tar.toString('utf8', at, tar.indexOf(0, at)));
      at += 512 + Math.ceil(Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8) / 512) * 512;
    }
    return names.filter((name) => !name.endsWith('/'));
  });
}

describe('what the stand-in does not understand is refused by name and line', () => {
  test.each([
    ['FROM node:24\nADD a b', 'Dockerfile:2: the stand-in does not understand ADD'],
    ['FROM node:24\n\nHEALTHCHECK CMD x', 'Dockerfile:3: the stand-in does not understand HEALTHCHECK'],
    ['FROM alpine:3', 'Dockerfile:1: the stand-in has no base image alpine:3'],
    ['FROM node:24\nRUN npm test', 'Dockerfile:2: the stand-in can run only node, npm ci and pnpm install --frozen-lockfile, not RUN npm test'],
    ['FROM node:24\nRUN pnpm install --ignore-scripts', 'Dockerfile:2: the stand-in can run only node'],
    ['FROM node:24\nRUN npm ci', 'Dockerfile:2: RUN npm ci: the stand-in runs no script of a package; say so with --ignore-scripts'],
    ['FROM node:24\nRUN --mount=type=secret,id=NPM_TOKEN npm ci --ignore-scripts', 'Dockerfile:2: the stand-in does not understand RUN --mount=type=secret,id=NPM_TOKEN'],
    ['FROM node:24\nRUN node a && node b', 'Dockerfile:2: the stand-in has no shell'],
    ['FROM node:24\nRUN node ../a', 'Dockerfile:2: RUN node ../a: paths must be relative'],
    ['FROM node:24\nCMD node a', 'Dockerfile:2: CMD must have the exec form'],
    ['FROM node:24\nCOPY --chown=1 a b', 'Dockerfile:2: the stand-in does not understand COPY --chown=1'],
    ['FROM node:24\nCOPY a*.ts b/', 'Dockerfile:2: the stand-in does not understand the pattern a*.ts'],
    ['FROM node:24\nCOPY missing b', 'Dockerfile:2: "/missing": not found'],
    ['FROM node:24\nCOPY --from=nginx a b', 'Dockerfile:2: COPY --from=nginx'],
    ['# syntax=docker/dockerfile:1\nFROM node:24', 'Dockerfile:1: the parser directive'],
  ])('%j', async (dockerfile, message) => {
    await expect(build(dockerfile)).rejects.toThrow(message);
  });
});

test('copies what .dockerignore leaves, from earlier stages too', async () => {
  const image = await build('FROM node:24 AS one\nCOPY . /in/\nFROM node:24\nWORKDIR /app\nCOPY --from=one /in/b b\nCOPY a.ts c.ts ./', {
    '.dockerignore': '**/secret\n', 'a.ts': 'a', 'c.ts': 'c', 'b/d.ts': 'd', 'b/secret': 's',
  });
  expect(pathsOf(image)).toEqual(['app/b/d.ts', 'app/a.ts', 'app/c.ts']);
});

test('runs node in the stage, and what it wrote is a layer', async () => {
  const image = await build('FROM node:24\nWORKDIR /app\nCOPY make.js .\nARG WORD=x\nRUN node make.js $WORD\nCMD ["node", "made.js"]', {
    'make.js': 'require("node:fs").writeFileSync("made.js", process.argv[2]); require("node:fs").rmSync("make.js")',
  }, { buildArguments: { WORD: 'hello' } });
  expect(pathsOf(image)).toEqual(['app/make.js', 'app/.wh.make.js', 'app/made.js']);
});

test('installs from a lock file, without network, and with the stores of the machine where a cache mount would be', async () => {
  const lock = JSON.stringify({ name: 'shop', lockfileVersion: 3, packages: { '': { name: 'shop' }, 'local': { name: 'local', version: '1.0.0' }, 'node_modules/local': { resolved: 'local', link: true } } });
  const image = await build('FROM node:24\nRUN npm install --global pnpm@11.0.0\nCOPY . .\nRUN --mount=type=cache,target=/npm npm ci --ignore-scripts --cache /npm', {
    'package.json': '{"name":"shop","dependencies":{"local":"file:local"}}', 'package-lock.json': lock, 'local/package.json': '{"name":"local","version":"1.0.0","scripts":{"install":"exit 1"}}',
  });
  expect(pathsOf(image)).toEqual(expect.arrayContaining(['node_modules/local', 'node_modules/.package-lock.json']));
});

test('what a stage writes into a file of an earlier one stays with it', async () => {
  const image = await build('FROM node:24 AS one\nCOPY a.txt add.js ./\nFROM one AS two\nRUN node add.js\nFROM node:24\nCOPY --from=one a.txt one.txt\nCOPY --from=two a.txt two.txt', {
    'a.txt': 'a', 'add.js': 'require("node:fs").appendFileSync("a.txt", "b")',
  });
  const [one, two] = image.layers.map(({ bytes }) => gunzipSync(bytes).toString('utf8', 512, 514));
  expect([one, two]).toEqual(['a\0', 'ab']);
});

test('a command that fails, or leaves the stage, fails the build', async () => {
  await expect(build('FROM node:24\nRUN node -e process.exit(3)')).rejects.toThrow('no shell');
  await expect(build('FROM node:24\nCOPY a.js .\nRUN node a.js', { 'a.js': 'process.exit(3)' })).rejects.toThrow('exit code: 3');
  await expect(build('FROM node:24\nCOPY a.js .\nRUN node a.js', { 'a.js': 'require("node:fs").readFileSync("/etc/passwd")' })).rejects.toThrow('exit code: 1');
});

test('environment, labels, ports and arguments end in the configuration', async () => {
  const image = await build('ARG TAG=24\nFROM node:${TAG} AS x\nARG SHA\nENV A=$SHA B="two words"\nLABEL a=b\nEXPOSE 3000\nUSER node\nENTRYPOINT ["node"]\nCMD ["a.ts"]\nFROM scratch', {}, { target: 'x', buildArguments: { SHA: 'abc' } });
  expect(configOf(image)).toMatchObject({
    architecture: 'amd64',
    config: { Env: [expect.stringContaining('PATH='), 'A=abc', 'B=two words'], Labels: { a: 'b' }, ExposedPorts: { '3000/tcp': {} }, User: 'node', Entrypoint: ['node'], Cmd: ['a.ts'] },
  });
});

test('the same files give the same digest', async () => {
  const once = () => build('FROM node:24\nCOPY . /app/', { 'a.ts': 'a', 'b/c.ts': 'c' });
  expect(imageDigest(await once())).toBe(imageDigest(await once()));
});
