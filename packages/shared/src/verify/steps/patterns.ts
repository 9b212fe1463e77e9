import { UserError } from '../../action/index.ts';
import type { ProbeStep } from '../../config/index.ts';

/** Finds in a text; null: not there. The first group, or the whole when there is none. Linear in the text, whatever the pattern is. */
export type Find = (pattern: string, text: string) => string | null;

/** Makes every pattern of the steps ready before anything is asked. @throws {UserError} for one that RE2 does not know */
export async function patternsOf(steps: readonly ProbeStep[]): Promise<Find> {
  const wanted = [...new Set(steps.flatMap(patternsIn))];
  if (wanted.length === 0) return () => null;
  // A chunk of its own in the bundle: only a shop that has patterns reads it.
  const { RE2JS } = await import('re2js');
  const known = new Map(wanted.map((source) => {
    try {
      return [source, RE2JS.compile(source)] as const;
    } catch (cause) {
      throw new UserError(`The pattern ${JSON.stringify(source)} of a step is none that RE2 knows: ${cause instanceof Error ? cause.message : String(cause)}.`, { reasonCode: 'invalid-config', cause });
    }
  }));
  return (source, text) => {
    const matcher = known.get(source)?.matcher(text);
    if (matcher === undefined || !matcher.find()) return null;
    return (matcher.groupCount() > 0 ? matcher.group(1) : matcher.group()) ?? '';
  };
}

function patternsIn({ capture = {}, expect: { matches = [], json = {} } }: ProbeStep): string[] {
  const captured = Object.values(capture).flatMap((one) => ('matches' in one ? [one.matches] : []));
  const conditions = Object.values(json).flatMap((one) => (typeof one === 'object' && one?.matches !== undefined ? [one.matches] : []));
  return [...matches, ...captured, ...conditions];
}
