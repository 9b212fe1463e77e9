import type { Deployment } from './deployment.ts';

export interface ReleaseLogs {
  /** The last lines, once the end of the command is among them: at most twenty seconds later. */
  wanted(app: string): Promise<string>;
  stop(): void;
}

interface Line {
  readonly timestamp: string;
  readonly message: string;
}

// flyctl waits that long for logs that are late, and shows that many lines (measured).
const PATIENCE_MS = 20_000;
const SHOWN = 100;
// Its polling: eight times a second at first.
const PAUSE_MS = 125;
const LAST_WORDS = 'Main child exited normally';

/** Reads the logs of the release command's Machine until its last words, or until nobody wants them. */
export function pollLogs({ client, app, clock, signal, command }: Deployment, id: string): ReleaseLogs {
  const lines: Line[] = [];
  const stopped = new AbortController();
  const own = AbortSignal.any([signal, stopped.signal]);
  const ended = poll();
  return {
    wanted: async () => {
      const end = await Promise.race([ended, clock.rest(PATIENCE_MS, own).then(() => 'late' as const)]);
      const shown = lines.slice(-SHOWN).map(({ timestamp, message }) => `\u001b[2m${timestamp.slice(0, 19)}Z\u001b[0m ${message}\n`).join('');
      if (end === 'forbidden') return `Warn: not authorized to retrieve app logs (this can happen when using deploy tokens). Use \`fly logs -i ${id}\` or open the monitoring dashboard to see them: https://fly.io/apps/${app}/monitoring?region=&instance=${id}\n`;
      return end === 'late' ? `timeout waiting for release command logs\n${shown}` : shown;
    },
    stop: () => stopped.abort(),
  };

  async function poll(): Promise<'complete' | 'forbidden'> {
    for (let token = ''; ; ) {
      const answer = await client.api('GET', `/api/v1/apps/${app}/logs?instance=${id}&next_token=${token}`, { signal: own }).catch(() => null);
      if (answer?.status === 401 || answer?.status === 404) return 'forbidden';
      if (answer?.status === 200) {
        const { data = [], meta } = JSON.parse(answer.text) as { data?: { attributes: Line }[]; meta?: { next_token?: string } };
        lines.push(...data.map(({ attributes }) => attributes));
        // Without a terminal `--verbose` shows that there is a line, and nothing of it (measured).
        if (command.verbose) process.stderr.write('\n'.repeat(data.length));
        token = meta?.next_token ?? token;
        if (lines.some(({ message }) => message.includes(LAST_WORDS))) return 'complete';
      }
      await clock.rest(PAUSE_MS, own);
      if (own.aborted) return 'complete';
    }
  }
}
