/**
 * In a network of its own: two of the twin's registries, and a client that pushes an image, copies it within the first and to the second, and pulls it from there.
 * Prints one line of JSON a step: { step, why }, where `why` is null for what went well.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Challenge, type ServedRegistry, serveRegistry } from '@vendure-deploy/twin';
import { start } from '../check.ts';
import { CLIENTS, type ClientName, digestIn } from './client.ts';
import { writeLayout } from './layout.ts';

const [name, path, challenge] = process.argv.slice(2) as [ClientName, string, Challenge];
const PASSWORD = 'password-of-x';
const directory = await mkdtemp(join(tmpdir(), 'clients-'));
const [here, there] = await Promise.all([open('here'), open('there')]);
try {
  await run();
} finally {
  await Promise.all([here, there].map((registry) => registry[Symbol.asyncDispose]()));
  await rm(directory, { recursive: true });
}

async function run(): Promise<void> {
  const client = CLIENTS[name](path);
  const layout = join(directory, 'layout');
  const digest = await writeLayout(layout);
  await logIn('wrong');
  const refused = await start(...command(client.push(layout, `${here.host}/team/staging:v1`)));
  say('a wrong password is refused', refused.code !== 0 && await here.world.digest(at('team/staging')) === null ? null : refused.said);
  await logIn(PASSWORD);
  await step('push', client.push(layout, `${here.host}/team/staging:v1`), () => here.world.digest(at('team/staging')));
  await step('copy to another repository', client.copy(`${here.host}/team/staging:v1`, `${here.host}/team/production:v1`), () => here.world.digest(at('team/production')));
  say('that copy was a mount', here.requests.some(({ query, status }) => query.includes('mount=') && status === 201) ? null : 'no mount was asked for and granted');
  await step('copy to another registry', client.copy(`${here.host}/team/production:v1`, `${there.host}/shop:v1`), () => there.world.digest(at('shop')));
  await step('pull', client.pull(`${there.host}/shop:v1`, join(directory, 'pulled')), () => digestIn(join(directory, 'pulled')));
  const logins = new Set([...here.requests, ...there.requests].filter(({ path: asked, status }) => asked !== '/token' && status < 400).map(({ login }) => login));
  say(`only ${challenge} logins were let in`, [...logins].join() === challenge ? null : [...logins].join());

  async function step(what: string, words: readonly string[], found: () => Promise<string | null>): Promise<void> {
    const { code, said } = await start(...command(words));
    const got = await found();
    say(what, code === 0 && got === digest ? null : `exit code ${code}, ${got ?? 'nothing'} where ${digest} should be:\n${said}`);
  }
}

function at(repository: string): { repository: string; reference: string } {
  return { repository, reference: 'v1' };
}

function say(step: string, why: string | null): void {
  console.log(JSON.stringify({ step: `${name}: ${step}`, why }));
}

async function open(folder: string): Promise<ServedRegistry> {
  await mkdir(join(directory, folder));
  return serveRegistry({ directory: join(directory, folder), token: PASSWORD, challenge });
}

/** Where docker keeps logins; crane and skopeo read them from there. */
async function logIn(password: string): Promise<void> {
  const auth = Buffer.from(`x:${password}`).toString('base64');
  await writeFile(join(directory, 'config.json'), JSON.stringify({ auths: Object.fromEntries([here, there].map(({ host }) => [host, { auth }])) }));
}

/** Of the caller's environment it gets nothing: no proxy, and no login. */
function command([program = '', ...args]: readonly string[]): [string, string[], NodeJS.ProcessEnv] {
  return [program, args, { PATH: '/usr/bin:/bin', HOME: directory, TMPDIR: directory, DOCKER_CONFIG: directory, REGISTRY_AUTH_FILE: join(directory, 'config.json') }];
}
