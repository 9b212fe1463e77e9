import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAction } from '../../packages/acceptance/src/index.ts';
import { subjectOf } from '../../packages/acceptance/tests/stage/actions.ts';
import { CONFIG_FILE, promotingConfig } from '../../packages/acceptance/tests/stage/config.ts';
import { type DockerRegistry, openDockerRegistry } from '../../packages/acceptance/tests/stage/docker-registry.ts';
import { push, SHA, TOKEN } from '../../packages/acceptance/tests/stage/registry.ts';
import { installed } from '../conformance-tools.ts';
import { pushLarge } from './large-image.ts';
import { timed } from './process-tree.ts';
import { type Bench, median, rowOf, type Stage } from './row.ts';
import { slowLine } from './slow-line.ts';

const RUNS = 3;
const MB = 1_000_000;
/** 300 MB in ten layers; with the configuration eleven blobs. */
const LAYERS = [110, 70, 50, 30, 20, 10, 5, 3, 1, 1].map((size) => size * MB);
const LINE = { roundTripMs: 50, bytesPerSecond: 50 * MB };

/**
 * build-vendure-image beside the field's tools, against Debian's docker-registry behind a line of 50 ms and 50 MB/s. Aims: promotion at most 0.6 s in
 * process, at least 10 times faster than a cold `skopeo copy` and 2 times than `crane copy` (whole processes), no byte of a layer through us; the decision
 * to reuse at most 0.4 s; a streamed copy no slower than skopeo; at most 150 MB with a blob of 2 GiB.
 */
export const image: Bench = {
  about: 'promotion, reuse and streamed copy of a 300 MB image at 50 ms beside skopeo, crane and regctl; memory with a blob of 2 GiB',
  run: async (stage) => {
    const directory = await mkdtemp(join(tmpdir(), 'bench-image-'));
    try {
      const found = await installed('docker-registry', stage.note);
      if ('missing' in found) return stage.note(found.missing);
      process.env['CONFORMANCE_TOOLS'] = JSON.stringify({ 'docker-registry': found.path });
      await using first = await openDockerRegistry({ open: true });
      await using second = await openDockerRegistry({ open: true });
      await push(`http://${first.host}`, { repository: 'shop-staging', tag: `staging-${SHA}`, layers: LAYERS, attested: true });
      const tools = await toolsOf(directory, stage);
      await promotion(stage, first, tools);
      await reuse(stage, first);
      await streaming(stage, first, second, tools);
      await memory(stage, first, second);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};

interface Tool {
  readonly name: string;
  copy(from: string, to: string): Promise<number>;
}

async function promotion(stage: Stage, registry: DockerRegistry, tools: readonly Tool[]): Promise<void> {
  const whole: number[] = [];
  const inside: number[] = [];
  let through = 0;
  const peers = new Map(tools.map(({ name }) => [name, [] as number[]]));
  for (let run = 0; run < RUNS; run += 1) {
    const repository = `promoted-${run}`;
    await using line = await slowLine(registry.host, LINE);
    const ended = await action({ from: `${line.host}/shop-staging`, to: `${line.host}/${repository}`, expect: 'image-promoted' });
    whole.push(ended.seconds);
    inside.push(ended.phases['look-up'] + ended.phases['promote']);
    through = Math.max(through, ended.streamed);
    for (const { name, copy } of tools) peers.get(name)?.push(await copy(`${line.host}/shop-staging:staging-${SHA}`, `${line.host}/by-${name}-${run}:t`));
  }
  for (const { name } of tools) {
    stage.show(rowOf('promotion of 300 MB, 50 ms, whole process', { seconds: median(whole), 'rss-mb': null }, { name, seconds: median(peers.get(name) ?? []), 'rss-mb': null }));
  }
  stage.show(rowOf('promotion: look-up and copy, in process', { seconds: median(inside), 'rss-mb': null }), `${through} bytes of layers through us`);
}

async function reuse(stage: Stage, registry: DockerRegistry): Promise<void> {
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    await using line = await slowLine(registry.host, LINE);
    const ended = await action({ from: `${line.host}/shop-staging`, to: `${line.host}/promoted-0`, expect: 'image-reused' });
    seconds.push(ended.phases['look-up']);
  }
  stage.show(rowOf('reuse: deep look-up, in process', { seconds: median(seconds), 'rss-mb': null }));
}

async function streaming(stage: Stage, from: DockerRegistry, to: DockerRegistry, tools: readonly Tool[]): Promise<void> {
  const ours: number[] = [];
  let peak = 0;
  const peers = new Map(tools.map(({ name }) => [name, [] as number[]]));
  for (let run = 0; run < RUNS; run += 1) {
    await using near = await slowLine(from.host, LINE);
    await using far = await slowLine(to.host, LINE);
    const ended = await action({ from: `${near.host}/shop-staging`, to: `${far.host}/streamed-${run}`, expect: 'image-promoted', weigh: true });
    // docker-registry knows a blob of one repository in another only by a mount: each copy sends all bytes again.
    ours.push(ended.seconds);
    peak = Math.max(peak, ended.megabytes);
    for (const { name, copy } of tools) peers.get(name)?.push(await copy(`${near.host}/shop-staging:staging-${SHA}`, `${far.host}/streamed-by-${name}-${run}:t`));
  }
  for (const { name } of tools) {
    stage.show(rowOf('streamed copy of 300 MB, 50 ms, 50 MB/s', { seconds: median(ours), 'rss-mb': peak }, { name, seconds: median(peers.get(name) ?? []), 'rss-mb': null }));
  }
}

async function memory(stage: Stage, from: DockerRegistry, to: DockerRegistry): Promise<void> {
  const sha = 'b'.repeat(40);
  await pushLarge(from.host, { repository: 'shop-large', tag: `staging-${sha}`, sha, bytes: 2 * 1024 ** 3 });
  const ended = await action({ from: `${from.host}/shop-large`, to: `${to.host}/large`, expect: 'image-promoted', weigh: true, sha });
  stage.show(rowOf('streamed copy of a blob of 2 GiB, no delay', { seconds: ended.seconds, 'rss-mb': ended.megabytes }));
}

interface Measured {
  seconds: number;
  phases: { 'look-up': number; promote: number };
  streamed: number;
  megabytes: number;
}

async function action({ from, to, expect, weigh = false, sha = SHA }: { from: string; to: string; expect: string; weigh?: boolean; sha?: string }): Promise<Measured> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-summary-'));
  try {
    const ended = await startAction({
      folder: subjectOf('build-vendure-image').folder, weigh,
      inputs: { environment: 'production', sha, 'registry-token': TOKEN, 'require-prebuilt': 'true', 'summary-directory': directory },
      files: { [CONFIG_FILE]: promotingConfig({ production: to, staging: from }) },
    });
    if (ended.outputs['reason-code'] !== expect) throw new Error(`bench: build-vendure-image ended otherwise:\n${ended.log}`);
    const { phases, copy } = JSON.parse(await readFile(ended.outputs['summary-file'] ?? '', 'utf8')) as { phases: Measured['phases']; copy: { bytes: { streamed: number } } | null };
    return { seconds: ended.seconds, phases, streamed: copy?.bytes.streamed ?? 0, megabytes: ended.peakMb ?? 0 };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Each cold, as on a runner that has just started: with a home of its own. */
async function toolsOf(directory: string, { note }: Stage): Promise<Tool[]> {
  const commands: Readonly<Record<string, (from: string, to: string) => string[]>> = {
    skopeo: (from, to) => ['copy', '--all', '--preserve-digests', '--src-tls-verify=false', '--dest-tls-verify=false', `docker://${from}`, `docker://${to}`],
    crane: (from, to) => ['copy', '--insecure', from, to],
    regctl: (from, to) => ['--host', `reg=${from.split('/')[0]},tls=disabled`, '--host', `reg=${to.split('/')[0]},tls=disabled`, 'image', 'copy', from, to],
  };
  const tools: Tool[] = [];
  for (const [name, args] of Object.entries(commands)) {
    const found = await installed(name, note);
    if ('missing' in found) { note(found.missing); continue; }
    tools.push({
      name,
      async copy(from, to) {
        const home = await mkdtemp(join(directory, `home-${name}-`));
        await writeFile(join(home, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
        const policy = name === 'skopeo' ? ['--policy', join(home, 'policy.json')] : [];
        const { code, seconds, said } = await timed({ command: found.path, args: [...policy, ...args(from, to)], cwd: home, environment: { PATH: process.env['PATH'], HOME: home, XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home } });
        if (code !== 0) throw new Error(`bench: ${name} ended with ${String(code)}:\n${said}`);
        return seconds;
      },
    });
  }
  return tools;
}
