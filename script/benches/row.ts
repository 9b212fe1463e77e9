export interface Figures {
  readonly seconds: number;
  /** Most memory that the whole process tree had at one time (the sum of what is resident); null where it was not measured. */
  readonly 'rss-mb': number | null;
}

export interface Row {
  readonly case: string;
  readonly ours: Figures;
  /** Null where there is nothing to compare with, or the peer is missing. */
  readonly peer: (Figures & { readonly name: string }) | null;
  readonly ratio: number | null;
}

export interface Stage {
  /** @param remark stands behind the row in the table; a reader of --json can reckon it from the row */
  show(row: Row, remark?: string): void;
  note(line: string): void;
}

export interface Bench {
  readonly about: string;
  run(stage: Stage): Promise<void>;
}

export function rowOf(name: string, ours: Figures, peer: Row['peer'] = null): Row {
  return {
    case: name,
    ours: rounded(ours),
    peer: peer === null ? null : { name: peer.name, ...rounded(peer) },
    ratio: peer === null || ours.seconds <= 0 ? null : Math.round((peer.seconds / ours.seconds) * 100) / 100,
  };
}

export function heading(): string {
  return `${'case'.padEnd(CASE)}${'ours'.padStart(10)}${'MB'.padStart(7)}   ${'peer'.padEnd(PEER)}${'peer'.padStart(10)}${'MB'.padStart(7)}${'ratio'.padStart(8)}`;
}

export function lineOf({ case: name, ours, peer, ratio }: Row): string {
  const theirs = peer === null ? '-' : `${peer.name.padEnd(PEER)}${figures(peer)}${String(ratio ?? '-').padStart(8)}`;
  return `${name.padEnd(CASE)}${figures(ours)}   ${theirs}`;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const CASE = 44;
const PEER = 14;

function figures({ seconds, 'rss-mb': megabytes }: Figures): string {
  return `${seconds.toFixed(3).padStart(8)} s${String(megabytes ?? '-').padStart(7)}`;
}

function rounded({ seconds, 'rss-mb': megabytes }: Figures): Figures {
  return { seconds: Math.round(seconds * 10_000) / 10_000, 'rss-mb': megabytes === null ? null : Math.round(megabytes) };
}
