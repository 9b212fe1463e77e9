import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage, type Twin } from '@vendure-deploy/twin';
import { parse } from 'smol-toml';

export const REDIS_FLY_CONFIG = 'redis/fly.toml';
export const REDIS_FLY_TOML = `[processes]
redis = "node redis.cjs"
[checks.redis]
type = "tcp"
port = 6379
interval = "2s"
`;

/**
 * No Redis is to be had here. This speaks as much of its protocol (RESP) as a login needs, and accepts both passwords, as `user default on >… >…` in a Redis's
 * ACL does: what a deploy does to it is what it would do to a real one, and whether a real one takes such an ACL is not tested here.
 */
const SERVER = `const net = require('node:net');
const accepted = [process.env.REDIS_PASSWORD, process.env.REDIS_PREVIOUS].filter((password) => password !== undefined);
net.createServer((socket) => {
  let text = '';
  let known = false;
  const answer = (name, args) => {
    if (name === 'AUTH') {
      known = accepted.includes(args.at(-1));
      return known ? '+OK' : '-WRONGPASS invalid username-password pair or user is disabled.';
    }
    if (!known) return '-NOAUTH Authentication required.';
    return name === 'PING' ? '+PONG' : '-ERR unknown command';
  };
  const next = () => {
    const count = /^\\*(\\d+)\\r\\n/.exec(text);
    if (count === null) return null;
    const words = [];
    let rest = text.slice(count[0].length);
    while (words.length < Number(count[1])) {
      const length = /^\\$(\\d+)\\r\\n/.exec(rest);
      if (length === null || rest.length < length[0].length + Number(length[1]) + 2) return null;
      words.push(rest.slice(length[0].length, length[0].length + Number(length[1])));
      rest = rest.slice(length[0].length + Number(length[1]) + 2);
    }
    text = rest;
    return words;
  };
  socket.setEncoding('utf8').on('error', () => {}).on('data', (chunk) => {
    text += chunk;
    for (let words = next(); words !== null; words = next()) socket.write(answer(words[0].toUpperCase(), words.slice(1)) + '\\r\\n');
  });
}).listen(6379);
process.on('SIGINT', () => process.exit(0));`;

/** A Redis app beside the shop's, of one Machine. */
export interface Redis extends AsyncDisposable {
  readonly name: string;
  /** A deploy token of it alone. */
  readonly token: string;
  /** What its process says to a login and a PING; null while there is none to ask. */
  accepts(password: string): Promise<boolean | null>;
}

let apps = 0;

export async function openRedis(twin: Twin, secrets: Readonly<Record<string, string>>): Promise<Redis> {
  const context = await mkdtemp(join(tmpdir(), 'redis-'));
  await writeFile(join(context, 'Dockerfile'), 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "redis.cjs"]\n');
  await writeFile(join(context, 'redis.cjs'), SERVER);
  const name = `redis-${(apps += 1)}`;
  await twin.registry.pushImage(name, 'v1', await buildImage({ context, dockerfile: join(context, 'Dockerfile'), buildArguments: {}, labels: {} }));
  await rm(context, { recursive: true, force: true });
  twin.fly.addApp({ name, hosts: [], secrets: { ...secrets } });
  await twin.fly.seedRelease({ app: name, image: { repository: name, tag: 'v1' }, flyToml: parse(REDIS_FLY_TOML) });
  return {
    name,
    token: twin.fly.deployToken(name),
    async accepts(password) {
      const [port] = twin.fly.portsOf(name, 6379);
      return port === undefined ? null : ask(port, password);
    },
    [Symbol.asyncDispose]: () => twin.fly.removeApp(name),
  };
}

function ask(port: number, password: string): Promise<boolean | null> {
  return new Promise((resolve) => {
    let said = '';
    const command = (...words: string[]): string => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
    const socket = net.connect({ host: '127.0.0.1', port }, () => socket.write(command('AUTH', 'default', password) + command('PING')));
    // Its process ends while it is replaced.
    socket.on('error', () => resolve(null)).on('close', () => resolve(null));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
      if (said.split('\r\n').length < 3) return;
      resolve(said === '+OK\r\n+PONG\r\n');
      socket.destroy();
    });
  });
}
