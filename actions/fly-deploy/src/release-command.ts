import type { Clock, Log } from '@vendure-deploy/shared/action';
import type { FlyClient } from '@vendure-deploy/shared/providers/fly';
import { processRedactor } from '@vendure-deploy/shared/secrets';

// What a person reads at once; the rest is in Fly's log.
const SHOWN_LINES = 100;

/**
 * The failed release command's own lines, asked of Fly itself: flyctl waits for them and then often says only "timeout waiting for release command
 * logs". Best effort: some deploy tokens may not read logs, and the verdict does not hang on it.
 * @returns its last line that tells something, or ''
 */
export async function releaseCommandWords({ output, fly, log }: { output: string; fly: Pick<FlyClient, 'logs'>; log: Log }): Promise<string> {
  const machine = machineOf(output);
  if (machine === null) return '';
  return log.group(`The release command's own words (Machine ${machine})`, async () => {
    const lines = await fly.logs(machine).catch((error: unknown) => {
      log.info(`They could not be read: ${error instanceof Error ? error.message : String(error)}.`);
      return [];
    });
    for (const line of lines.slice(-SHOWN_LINES)) log.info(line);
    return lastTelling(lines);
  });
}

/** The Machine that flyctl names: fourteen hexadecimal digits. */
export function machineOf(output: string): string | null {
  return /machine ([0-9a-f]{14}) exited with non-zero/iu.exec(output)?.[1] ?? /running on machine ([0-9a-f]{14})/iu.exec(output)?.[1] ?? null;
}

/** Fly's own lines about starting and ending a Machine tell nothing of the command. */
export function lastTelling(lines: readonly string[]): string {
  const telling = lines.map((line) => line.trim()).filter((line) => line !== '' && !/^(?:INFO|Main child exited|Starting (?:init|machine)|Preparing to run|machine (?:started|exited)|\[\s*\d+\.\d+\])/iu.test(line));
  // Redacted before it is cut: half a secret is no form that the redactor knows.
  return processRedactor.redact(telling.at(-1) ?? '').slice(0, 300);
}

/** Takes the release command's own time from flyctl's lines, as they come. */
export function releaseCommandTimer(clock: Pick<Clock, 'now'>): { line(text: string): void; /** null when there was none */ seconds(): number | null } {
  let started: number | null = null;
  let ended: number | null = null;
  return {
    line(text) {
      if (started === null && /Created release_command machine|Running \S+ release_command:/u.test(text)) started = clock.now();
      if (started !== null && ended === null && /release_command \S+ completed successfully|release[_ ]command failed/iu.test(text)) ended = clock.now();
    },
    seconds: () => (started === null ? null : ((ended ?? clock.now()) - started) / 1000),
  };
}
