import { tmpdir } from 'node:os';
import { expect, test } from '@jest/globals';
import type { Log } from '@vendure-deploy/shared/action';
import { Secret } from '@vendure-deploy/shared/secrets';
import { commandEnvironment, runShopCommand, type CommandAnswer } from '@vendure-deploy/shared/shop-commands';

const said: string[] = [];
const take = (text: string): void => void said.push(text);
const log: Log = { info: take, warning: take, error: take, notice: take, debug: take, group: async (_title, work) => work() };

function node(code: string, { environment = {}, timeoutSeconds = 10 }: { environment?: Record<string, Secret>; timeoutSeconds?: number } = {}): Promise<CommandAnswer> {
  return runShopCommand({ argv: [process.execPath, '-e', code], workspace: tmpdir(), environment, timeoutSeconds, signal: new AbortController().signal, log });
}

test.each<[string, string, CommandAnswer]>([
  ['the last line that is an object counts', 'console.log(\'{"a":1}\\nwarming up\\n{"a":2}\\n[3]\')', { kind: 'answered', exitCode: 0, answer: { a: 2 } }],
  ['with its exit code', 'console.log(\'{"a":1}\'); process.exit(2)', { kind: 'answered', exitCode: 2, answer: { a: 1 } }],
  ['what stands on stderr does not', 'console.error(\'{"a":1}\')', { kind: 'unreadable', why: expect.stringContaining('ended with 0 and printed no line of JSON') as unknown as string }],
  ['half a line does not', 'console.log(\'{"a":\')', { kind: 'unreadable', why: expect.stringContaining('printed no line of JSON') as unknown as string }],
  ['a killed one has said nothing', 'console.log(\'{"a":1}\'); process.kill(process.pid, "SIGKILL")', { kind: 'unreadable', why: expect.stringContaining('was ended by SIGKILL') as unknown as string }],
])('%s', async (_, code, answer) => {
  expect(await node(code)).toEqual(answer);
});

test('a command that hangs is ended at its time', async () => {
  expect(await node('setInterval(() => {}, 1000)', { timeoutSeconds: 1 })).toEqual({ kind: 'unreadable', why: expect.stringContaining('did not end within 1 s') });
});

test('a command that is not there is unreadable, not a fault of ours', async () => {
  const answer = await runShopCommand({ argv: ['no-such-program'], workspace: tmpdir(), environment: {}, timeoutSeconds: 5, signal: new AbortController().signal, log });
  expect(answer).toEqual({ kind: 'unreadable', why: expect.stringContaining('no-such-program could not be started') });
});

test('it gets the variables that are named, and none of our own', async () => {
  process.env['INPUT_FLY-API-TOKEN'] = 'ours';
  const environment = commandEnvironment(new Secret('DATABASE_URL=postgres://shop:s3cret-value@db/shop\nOTHER=kept-from-it\n'), ['DATABASE_URL']);
  const answer = await node('console.log(JSON.stringify({ url: process.env.DATABASE_URL, other: process.env.OTHER ?? null, ours: process.env["INPUT_FLY-API-TOKEN"] ?? null }))', { environment });
  delete process.env['INPUT_FLY-API-TOKEN'];
  expect(answer).toEqual({ kind: 'answered', exitCode: 0, answer: { url: 'postgres://shop:s3cret-value@db/shop', other: null, ours: null } });
  expect(said.join('\n')).not.toContain('s3cret-value');
});

test.each<[string, string, string[], string]>([
  ['a name that no line has', 'A=1', ['A', 'DATABASE_URL'], 'lacks DATABASE_URL, which the configuration names'],
  ['a line that is none', 'A=1\nsecret-without-a-name', ['A'], 'line 2 is not NAME=VALUE'],
])('%s is refused without a value in the sentence', (_, text, names, sentence) => {
  const attempt = (): unknown => commandEnvironment(new Secret(text), names);
  expect(attempt).toThrow(sentence);
  expect(attempt).not.toThrow('secret-without-a-name');
});
