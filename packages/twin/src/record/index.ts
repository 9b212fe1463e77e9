import { createWriteStream } from 'node:fs';
import { join } from 'node:path';

/** The step that a call came from; null when it came from none, as the seed's. */
export interface Place {
  readonly job: string | null;
  readonly step: string | null;
}

/** One call that reached the proxy. Neither query nor body: they may hold secrets. */
export interface RequestRecord extends Place {
  readonly at: string;
  /** A provider's name, or `stray` and `telemetry` for what was refused. */
  readonly provider: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  /** What the client saw; 0 when it saw no answer. */
  readonly status: number;
  /** The call changed the provider's state, whatever the client was told. */
  readonly write: boolean;
  readonly fault: string | null;
  /** Who called, by the product of its User-Agent: `flyctl`, `vendure-deploy`; '' where it names none. */
  readonly agent: string;
}

/** The product without its version (RFC 9110, 10.1.5). */
export function agentOf(headers: { get(name: string): string | null }): string {
  return /^[^\s/(]+/u.exec(headers.get('user-agent') ?? '')?.[0] ?? '';
}

export interface Recorder {
  add(record: RequestRecord): void;
  all(): readonly RequestRecord[];
  /** Calls that changed Fly, Cloudflare, the registry or AWS. What is written at GitHub are records, counted apart. */
  writes(): number;
  records(): number;
  strayCalls(): readonly string[];
  telemetry(): readonly string[];
  close(): Promise<void>;
}

const COUNTED = new Set(['fly', 'cloudflare', 'registry', 'aws']);

export function createRecorder(directory: string): Recorder {
  const file = createWriteStream(join(directory, 'requests.jsonl'), { flags: 'a' });
  const seen: RequestRecord[] = [];
  const hosts = (provider: string): string[] => [...new Set(seen.filter((record) => record.provider === provider).map(({ method, host }) => `${method} ${host}`))];
  return {
    add(record) {
      seen.push(record);
      file.write(`${JSON.stringify(record)}\n`);
    },
    all: () => seen,
    writes: () => seen.filter(({ write, provider }) => write && COUNTED.has(provider)).length,
    records: () => seen.filter(({ write, provider }) => write && provider === 'github').length,
    strayCalls: () => hosts('stray'),
    telemetry: () => hosts('telemetry'),
    close: () => new Promise((resolve) => { file.end(() => resolve()); }),
  };
}
