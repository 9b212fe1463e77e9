import { expect } from '@jest/globals';
import type { ActionRun } from '../../src/index.ts';
import type { Subject } from './actions.ts';

interface Ending {
  readonly decision: string | RegExp;
  readonly reasonCode: string | RegExp;
}

/** What holds at the end of every action, whatever it did: exit code, outputs, the result document, nothing left running, no stack. */
export function expectEnding(run: ActionRun, subject: Subject, { decision, reasonCode }: Ending): void {
  const { decision: decided, 'reason-code': why } = run.outputs;
  // First, so that a wrong ending is shown with the action's own words.
  expect({ decision: decided, reasonCode: why, said: annotations(run) }).toEqual({ decision: matching(decision), reasonCode: matching(reasonCode), said: annotations(run) });
  expect(run.exitCode).toBe(decided === 'done' || decided === 'skipped' ? 0 : 1);
  expectOutputs(run, subject);
  expect(run.orphans).toEqual([]);
  expect(run.log).not.toMatch(STACK_LINE);
}

function matching(wanted: string | RegExp): unknown {
  return typeof wanted === 'string' ? wanted : expect.stringMatching(wanted);
}

const STACK_LINE = /^\s+at .+:\d+/mu;

/** Each declared output is written exactly once, and `result` says what the others say. */
export function expectOutputs(run: ActionRun, { name, metadata }: Subject): void {
  expect([...run.outputNames].sort()).toEqual(Object.keys(metadata.outputs).sort());
  const document = JSON.parse(run.outputs['result'] ?? '') as Record<string, unknown>;
  expect(document).toMatchObject({ 'schema-version': 1, action: name, decision: run.outputs['decision'], 'reason-code': run.outputs['reason-code'] });
  expect(document['message']).toMatch(/\S/u);
  expect(document['seconds']).toEqual(expect.any(Number));
  expect(document['notes']).toEqual(expect.any(Array));
  for (const note of document['notes'] as unknown[]) expect(note).toEqual({ kind: expect.stringMatching(/^(?:skipped|suppressed|healed|warning)$/u), what: expect.stringMatching(/^[^\n]{1,300}$/u) });
}

/** What the report is to name beside the decision. */
export function notesOf({ outputs }: ActionRun): readonly { readonly kind: string; readonly what: string }[] {
  return (JSON.parse(outputs['result'] ?? '') as { notes: { kind: string; what: string }[] }).notes;
}

/** The error annotations, as a person reads them. */
export function annotations({ log }: ActionRun): string[] {
  return log.split('\n').filter((line) => line.startsWith('::error')).map((line) => line.replace(/^::error[^:]*::/u, '').replaceAll('%0A', '\n').replaceAll('%25', '%'));
}
