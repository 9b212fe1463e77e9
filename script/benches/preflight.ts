import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Given, openPreflightWorld, type PreflightWorld } from '../../packages/acceptance/tests/stage/preflight-world.ts';
import { timed } from './process-tree.ts';
import { type Bench, median, rowOf } from './row.ts';

const RUNS = 5;
const LATENCY_MS = 100;
const wrangler = join(import.meta.dirname, '../../node_modules/.bin/wrangler');

/** One command line that answers one of preflight's questions. */
interface Cli {
  readonly name: string;
  /** null: it is not on this machine. */
  readonly command: string | null;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Every check of preflight but settle's wait, the backup and the drift audit, beside the command lines that prove three of its credentials, one after the
 * other. Aims: at most 2.5 s at 100 ms a round trip, and at least 4 times as fast.
 */
export const preflight: Bench = {
  about: 'all checks at 100 ms latency, beside flyctl auth whoami, aws sts get-caller-identity and wrangler whoami in turn',
  run: async ({ show, note }) => {
    const home = await mkdtemp(join(tmpdir(), 'bench-preflight-'));
    try {
      await using world = await openPreflightWorld();
      const { given, clis } = await settings(world, home);
      for (const { name } of clis.filter(({ command }) => command === null)) note(`${name} is not on this machine: it is left out, and the ratio is of the others`);
      const here = clis.filter((cli): cli is Cli & { command: string } => cli.command !== null);
      const ours: { seconds: number; megabytes: number }[] = [];
      const theirs: number[][] = [];
      for (let run = 0; run < RUNS; run += 1) {
        theirs.push(await inTurn(world, here, home));
        const { run: ended } = await world.ask(given);
        if (ended.outputs['decision'] !== 'done') throw new Error(`bench: preflight ended otherwise:\n${ended.log}`);
        ours.push({ seconds: ended.seconds, megabytes: ended.peakMb ?? 0 });
      }
      const peer = { name: 'CLIs in turn', seconds: median(theirs.map((seconds) => seconds.reduce((sum, one) => sum + one, 0))), 'rss-mb': null };
      const row = rowOf(`preflight, all checks, ${LATENCY_MS} ms`, { seconds: median(ours.map(({ seconds }) => seconds)), 'rss-mb': median(ours.map(({ megabytes }) => megabytes)) }, peer);
      show(row, here.map(({ name }, index) => `${name} ${median(theirs.map((seconds) => seconds[index] ?? 0)).toFixed(2)} s`).join(', '));
      const { checks } = await world.ask(given);
      note(`seconds of each check in one run: ${Object.values(checks).filter(({ status }) => status !== 'skipped').map(({ id, seconds }) => `${id} ${seconds.toFixed(2)}`).join(', ')}`);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  },
};

async function settings({ twin, flyctl }: PreflightWorld, home: string): Promise<{ given: Given; clis: readonly Cli[] }> {
  const { accessKeyId, secretAccessKey } = twin.aws.addUser({ name: 'operator', secrets: [] });
  await mkdir(join(home, '.aws'), { recursive: true });
  await writeFile(join(home, '.aws/credentials'), `[deploy]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`);
  const { account } = twin.aws;
  const source = `        secrets: { source: aws, region: ap-northeast-1, account: "${account}", map: { DATABASE_URL: "shop/production#url" } }\n`;
  return {
    given: { inputs: { 'aws-profile': 'deploy' }, environment: { HOME: home }, latencyMs: LATENCY_MS, weigh: true, config: (yaml) => yaml.replace('        graphql-path: /shop-api\n', (line) => `${line}${source}`) },
    clis: [
      { name: 'flyctl auth whoami (the stand-in)', command: flyctl, args: ['auth', 'whoami'], environment: { FLY_API_TOKEN: twin.credentials.flyApiToken } },
      { name: 'aws sts get-caller-identity', command: onPath('aws'), args: ['sts', 'get-caller-identity'], environment: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_DEFAULT_REGION: 'ap-northeast-1' } },
      { name: 'wrangler whoami', command: existsSync(wrangler) ? wrangler : null, args: ['whoami'], environment: { CLOUDFLARE_API_TOKEN: twin.credentials.cloudflareApiToken, WRANGLER_SEND_METRICS: 'false' } },
    ],
  };
}

/** As a shell would: each once the one before it has ended. @returns the seconds of each */
async function inTurn({ twin }: PreflightWorld, clis: readonly (Cli & { command: string })[], home: string): Promise<number[]> {
  const run = await twin.openRun({ faults: [], latencyMs: LATENCY_MS, lock: { repository: 'example/shop', environment: 'production' } });
  const all: number[] = [];
  try {
    for (const { name, command, args, environment } of clis) {
      const { code, seconds, said } = await timed({ command, args, cwd: home, environment: { ...run.environment, PATH: process.env['PATH'], HOME: home, ...environment } });
      if (code !== 0) throw new Error(`bench: ${name} ended with ${String(code)}:\n${said}`);
      all.push(seconds);
    }
    return all;
  } finally {
    await run.close();
  }
}

function onPath(program: string): string | null {
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}
