import { CATALOGUE } from './catalogue/index.ts';
import { lastMeaningful } from './meaningful.ts';
import type { Diagnosis, Evidence, KnownFailure, Situation, Words } from './types.ts';

/** What failed, in the order of the lane: what stands first is the cause of what comes after it, more often than not. Pure. */
export function diagnose(evidence: readonly Evidence[], situation: Situation): readonly Diagnosis[] {
  return evidence.flatMap((one): Diagnosis[] => {
    const known = recognise(one);
    if (known.length === 0) return [{ kind: 'unknown', phase: one.phase, check: one.check, reasonCode: one.reasonCode, lines: lastMeaningful(one.lines) }];
    return known.map(({ failure: { id, cause, cure, heals, commands }, found }) => ({
      kind: 'known', phase: one.phase, check: one.check, id, cause, cure, heals: heals ?? null, commands: commands(situation, found), docs: `docs/recovery.md#${id}`,
    }));
  });
}

export interface Recognised {
  readonly failure: KnownFailure;
  readonly found: readonly string[];
}

/**
 * Structure before text: of the entries that fit as data, those whose words stand there; without such words, the one that speaks for the code alone; and
 * only then what is known by its words whatever the code is. A text without a code is known by words alone.
 */
export function recognise(evidence: Evidence): readonly Recognised[] {
  const { byCode, byWords } = PARTS;
  const isBare = evidence.reasonCode === '';
  const fitting = isBare ? byCode : byCode.filter((failure) => fits(failure, evidence));
  const specific = spoken(fitting, evidence, ({ says, alone }) => (isBare ? (alone ?? says) : says));
  if (specific.length > 0) return specific;
  const words = spoken(byWords, evidence, ({ says }) => says);
  if (words.length > 0) return words;
  return isBare ? [] : fitting.filter(({ says }) => says === undefined).map((failure) => ({ failure, found: [] }));
}

const PARTS = { byCode: CATALOGUE.filter(({ codes }) => codes !== 'any'), byWords: CATALOGUE.filter(({ codes }) => codes === 'any') };

function fits({ codes, phases, checks }: KnownFailure, { reasonCode, phase, check }: Evidence): boolean {
  return (codes === 'any' || codes.some((code) => code === reasonCode)) && (phases?.includes(phase) ?? true) && (checks?.includes(check) ?? true);
}

function spoken(failures: readonly KnownFailure[], { lines }: Evidence, wordsOf: (failure: KnownFailure) => Words | undefined): Recognised[] {
  return failures.flatMap((failure) => {
    const found = findIn(wordsOf(failure), lines);
    return found === null ? [] : [{ failure, found }];
  });
}

function findIn(words: Words | undefined, lines: readonly string[]): readonly string[] | null {
  if (words === undefined) return null;
  if (!(words instanceof RegExp)) return words.find(lines);
  for (const line of lines) {
    const match = words.exec(line);
    if (match !== null) return [...match].map((group) => group ?? '');
  }
  return null;
}
