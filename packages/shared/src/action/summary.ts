import { appendFileSync, statSync } from 'node:fs';
import { processRedactor } from '../secrets/index.ts';
import { log } from './log.ts';

/** GitHub discards a step's summary of more than 1 MiB as a whole. */
const mostBytes = 1024 * 1024 - 4096;

/** The job summary: best effort. What cannot be written is said in the log, and changes no verdict. */
export const jobSummary = {
  add(markdown: string): void {
    const file = process.env['GITHUB_STEP_SUMMARY'] ?? '';
    if (file === '') return;
    try {
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      appendFileSync(file, fitting(`${processRedactor.redact(markdown)}\n`, mostBytes - size));
    } catch (error) {
      log.warning(`The job summary could not be written: ${String(error)}`);
    }
  },
};

/** Cut at the end: the headline comes first. */
export function fitting(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  if (encoded.length <= bytes) return text;
  const note = '\n\n(cut: the summary is full)\n';
  const room = bytes - note.length;
  return room <= 0 ? '' : `${encoded.subarray(0, room).toString('utf8').replace(/\uFFFD+$/, '')}${note}`;
}
