/** Other people's tools, at the versions of conformance-tools.json, each in a folder of its own of a cache outside the repository. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromDebian } from './conformance-debian.ts';

const run = promisify(execFile);
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'vendure-deploy', 'conformance');

type Tool = {
  readonly version: string;
  /** The program's name, where it is not the tool's. */
  readonly program?: string;
} & (
  /** `go-module`: its files are read, nothing of it is built. */
  | { readonly from: 'pypi' | 'go' | 'go-module'; readonly package: string }
  /** Built in its own module, by its own sums: the proxy gives this version, and not the list of all, which `go install` asks for. */
  | { readonly from: 'go-main'; readonly package: string; readonly main: string }
  /** Packages as apt takes them; the program's path in them. */
  | { readonly from: 'debian'; readonly packages: readonly string[]; readonly program: string }
);

type Packaged = Extract<Tool, { package: string }>;

export type Installed = { readonly path: string } | { readonly missing: string };

/** @returns where it is: the program, or the module's folder; else one sentence why it could not be had */
export async function installed(name: string, say: (line: string) => void): Promise<Installed> {
  const tool = (JSON.parse(await readFile(join(import.meta.dirname, 'conformance-tools.json'), 'utf8')) as Record<string, Tool>)[name];
  if (tool === undefined) throw new Error(`script/conformance-tools.json does not name ${name}.`);
  const folder = join(cache, `${name}-${tool.version}`);
  try {
    if (tool.from === 'go-module') return { path: await moduleFolder(tool) };
    const path = tool.from === 'debian' ? join(folder, 'wrapped', name) : join(folder, 'bin', tool.program ?? name);
    if (existsSync(path)) return { path };
    await mkdir(folder, { recursive: true });
    say(`installing ${name} ${tool.version}`);
    if (tool.from === 'debian') await fromDebian(tool.packages, tool.program, folder, withProxy());
    else if (tool.from === 'go-main') await run('go', ['build', '-o', path, `./${tool.main}`], { cwd: await moduleFolder(tool), env: { ...withProxy(), GOFLAGS: '-modcacherw' } });
    else await (tool.from === 'pypi' ? fromPypi(tool, folder) : fromGo(tool, folder));
    return { path };
  } catch (error) {
    // Half an installation would be taken for a whole one.
    await rm(folder, { recursive: true, force: true });
    return { missing: `${name} ${tool.version} could not be installed: ${lastLineOf(error)}` };
  }
}

async function fromPypi(tool: Packaged, folder: string): Promise<void> {
  await run('python3', ['-m', 'venv', folder]);
  await run(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', `${tool.package}==${tool.version}`], { env: withProxy() });
}

async function fromGo(tool: Packaged, folder: string): Promise<void> {
  await run('go', ['install', `${tool.package}@${tool.version}`], { env: { ...withProxy(), GOBIN: join(folder, 'bin'), GOFLAGS: '-modcacherw' } });
}

/** Go keeps the module in its own cache, checked against its own sums. */
async function moduleFolder(tool: Packaged): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', `${tool.package}@${tool.version}`], { cwd: '/', env: { ...withProxy(), GOFLAGS: '-modcacherw' } });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

/** The bootstrap has taken the caller's proxy away; installing is what it is for. */
function withProxy(): NodeJS.ProcessEnv {
  const proxy = process.env['INSTALL_PROXY'] ?? '';
  return proxy === '' ? process.env : { ...process.env, HTTPS_PROXY: proxy, HTTP_PROXY: proxy, https_proxy: proxy, http_proxy: proxy };
}

function lastLineOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr === undefined || stderr === '' ? message : stderr).trim().split('\n').at(-1) ?? message;
}
