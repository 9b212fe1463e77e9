import { describe, expect, jest, test } from '@jest/globals';
import { type ActionRun, startAction } from '../src/index.ts';
import { eachAction, type Input, type Subject, workspaceFiles } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openSilence } from './stage/silence.ts';

jest.setTimeout(60_000);

// What the runner would take for a command, were it printed as it is.
const FORGED = 'x\n::warning::forged';

describe.each(eachAction)('%s', (_, subject) => {
  const faulty = subject.inputs.filter((input) => wrongValues(input).length > 0);
  const required = subject.inputs.filter((input) => input.required);

  if (faulty.length > 0) {
    test.concurrent.each(faulty.map((input) => [input.name, input.kind, input] as const))('input %s refuses what is no %s, and says what is', async (_, __, input) => {
      const [value = ''] = wrongValues(input);
      const run = await startedWith(subject, { [input.name]: value });
      expect(annotations(run)).toEqual([expect.stringContaining(`${subject.name}: ${refusal(input, value)}`)]);
    });

    test.concurrent('each other wrong value is refused as well, all inputs at once', async () => {
      await Promise.all(rounds(faulty).map(async (values) => {
        const run = await startedWith(subject, Object.fromEntries(values.map(([input, value]) => [input.name, value])));
        expect(lines(run)).toEqual(expect.arrayContaining(values.map(([input, value]) => expect.stringContaining(refusal(input, value)))));
        expect(lines(run)).toHaveLength(values.length);
        expect(run.log).not.toMatch(/^::warning/mu);
      }));
    });
  }

  test.concurrent.each(required.map((input) => [input.name, input] as const))('input %s is required, and the message says what it is for', async (_, input) => {
    const run = await startedWith(subject, { [input.name]: '' });
    expect(annotations(run)).toEqual([`${subject.name}: ${missing(input)}`]);
  });

  test.concurrent('blanks are nothing, and all that is missing is named at once', async () => {
    const run = await startedWith(subject, Object.fromEntries(required.map(({ name }) => [name, ' \n'])));
    expect(lines(run).sort()).toEqual(required.map(missing).sort());
  });
});

/** Refused for its inputs before anything else: nobody was asked anything. */
async function startedWith(subject: Subject, inputs: Readonly<Record<string, string>>): Promise<ActionRun> {
  await using silence = await openSilence();
  const run = await startAction({ folder: subject.folder, inputs: { ...subject.valid, ...inputs }, environment: silence.environment, files: workspaceFiles });
  expectEnding(run, subject, { decision: 'failed', reasonCode: 'invalid-input' });
  expect(silence.connections()).toBe(0);
  return run;
}

function refusal({ name, allowed }: Input, value: string): string {
  return `input \`${name}\` is ${JSON.stringify(value)}. Allowed: ${allowed}.`;
}

function missing({ name, allowed, description, handedOn }: Input): string {
  const trap = handedOn ? '. It is the output of an earlier job, and GitHub drops one that contains the value of a secret (a warning there: "Skip output"). Take names and SHAs, which are public, out of the secrets.' : '';
  return `input \`${name}\` is empty. Give ${allowed === 'text' ? 'it a value' : allowed}: ${description}${trap}`;
}

/** What the one annotation says, input by input. */
function lines(run: ActionRun): string[] {
  const [annotation = '', ...others] = annotations(run);
  expect(others).toEqual([]);
  return annotation.replace(/^[\w-]+: /u, '').split('\n');
}

/** The second wrong value of every input, the third of every input, and so on. */
function rounds(faulty: readonly Input[]): [Input, string][][] {
  const most = Math.max(...faulty.map((input) => wrongValues(input).length));
  return Array.from({ length: most - 1 }, (_, round) => faulty.flatMap((input): [Input, string][] => {
    const value = wrongValues(input)[round + 1];
    return value === undefined ? [] : [[input, value]];
  }));
}

function wrongValues({ kind, allowed }: Input): string[] {
  switch (kind) {
    case 'boolean': return ['yes', '1', 'on', 'tRue', FORGED];
    case 'choice': return ['purple', (allowed.split(', ')[0] ?? '').toUpperCase(), allowed, FORGED];
    case 'sha': return ['main', 'abc1234', 'A'.repeat(40), 'a'.repeat(41), FORGED];
    case 'integer':
    case 'seconds': return ['5s', '1.5', '1e1', '0x10', ...outside(allowed), FORGED];
    case 'text':
    case 'secret':
    case 'list': return [];
  }
}

/** One beyond each end of a range, as the allowed values name it. */
function outside(allowed: string): string[] {
  const [, from, to] = /from (-?\d+) to (-?\d+)/u.exec(allowed) ?? [];
  const least = from ?? /(-?\d+) or more/u.exec(allowed)?.[1];
  const most = to ?? /(-?\d+) or less/u.exec(allowed)?.[1];
  return [...(least === undefined ? [] : [String(Number(least) - 1)]), ...(most === undefined ? [] : [String(Number(most) + 1)])];
}
