import { describe, expect, test } from '@jest/globals';
import { resultText } from '../../src/action/document.ts';

const head = { 'schema-version': 1, action: 'preflight', decision: 'failed', 'reason-code': 'not-ready', message: 'no', seconds: 1 };
const read = (document: Record<string, unknown>): Record<string, unknown> => JSON.parse(resultText(document)) as Record<string, unknown>;

describe('the result document fits into a later job', () => {
  test('what fits is whole', () => {
    expect(read({ ...head, plan: { commits: ['a'] }, notes: [] })).toEqual({ ...head, plan: { commits: ['a'] }, notes: [] });
  });

  test('the largest goes first, by name; what the report decides by goes last', () => {
    const text = resultText({ ...head, plan: 'p'.repeat(8000), findings: 'f'.repeat(20_000), checks: [{ id: 'ref', evidence: 'c'.repeat(8000) }], notes: [] });
    expect(JSON.parse(text)).toEqual({ ...head, checks: [{ id: 'ref', evidence: 'c'.repeat(8000) }], notes: [], 'left-out': ['findings', 'plan'] });
  });

  test('a message of 5 MB is cut, and everything else stays', () => {
    const text = resultText({ ...head, message: 'm'.repeat(5_000_000), notes: [{ kind: 'healed', what: 'x' }] });
    expect(text.length).toBeLessThan(16 * 1024);
    expect(JSON.parse(text)).toMatchObject({ message: expect.stringMatching(/m \[…\]$/u) as unknown, notes: [{ kind: 'healed', what: 'x' }] });
  });

  test('eight of the largest, quoted once more, are a variable that Linux takes', () => {
    const textOf = (count: number): string => resultText({ ...head, checks: Array.from({ length: count }, (_, at) => ({ id: `${at}`, status: 'ok', evidence: '"', next: '' })), notes: [] });
    const dense = Array.from({ length: 400 }, (_, at) => textOf(at)).findLast((text) => !text.includes('left-out')) ?? '';
    expect(JSON.stringify(dense).length).toBeGreaterThan(14 * 1024);
    const needs = JSON.stringify(Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`job-${at}`, { result: 'failure', outputs: { sha: 'a'.repeat(40), result: dense } }])));
    expect(Buffer.byteLength(needs)).toBeLessThan(128 * 1024);
  });
});
