import { processRedactor } from '../secrets/index.ts';

/**
 * A later job takes the documents of all its needs as one input, and an input is one variable of its environment: Linux refuses a process with a longer one
 * than 128 KiB (MAX_ARG_STRLEN, execve(2)). Eight of these fit, quoted once more as they are then.
 */
const MOST_BYTES = 15 * 1024;
const LONGEST_MESSAGE = 6000;
/** What the report of a deploy decides by: given up last. */
const KEPT = ['schema-version', 'action', 'decision', 'reason-code', 'message', 'seconds', 'before', 'serving', 'serving-revisions', 'surface', 'machines', 'probes', 'checks', 'notes'];

/** The `result` of an action as one JSON text. What is too large for it is left out by name, the largest first, and said in `left-out`. */
export function resultText(document: Readonly<Record<string, unknown>>): string {
  const whole = JSON.stringify(document, redacted);
  if (fits(whole)) return whole;
  const message = typeof document['message'] === 'string' ? document['message'] : '';
  const short = { ...document, message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)} […]` : message };
  return without(short, []);
}

function without(document: Readonly<Record<string, unknown>>, leftOut: readonly string[]): string {
  const text = JSON.stringify(leftOut.length === 0 ? document : { ...document, 'left-out': leftOut }, redacted);
  if (fits(text)) return text;
  const sizes = Object.entries(document).map(([key, value]) => ({ key, bytes: JSON.stringify(value ?? null).length, rank: KEPT.indexOf(key) })).sort((one, other) => Math.sign(one.rank + 0.5) - Math.sign(other.rank + 0.5) || other.bytes - one.bytes);
  const [largest] = sizes;
  if (largest === undefined || largest.key === 'message') return text;
  const { [largest.key]: _, ...rest } = document;
  return without(rest, [...leftOut, largest.key]);
}

function fits(text: string): boolean {
  return Buffer.byteLength(JSON.stringify(text)) <= MOST_BYTES;
}

/** Inside the document's texts: as JSON of JSON, a secret would be one of its forms once more. */
function redacted(_: string, value: unknown): unknown {
  return typeof value === 'string' ? processRedactor.redact(value) : value;
}
