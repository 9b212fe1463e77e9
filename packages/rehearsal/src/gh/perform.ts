import type { RehearsalOptions } from '../command-line.ts';
import { type Again, rehearse } from '../rehearse.ts';
import { tell } from '../screen.ts';
import { SHOP } from '../world/host.ts';

interface Lane {
  readonly world: string;
  readonly lane: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** What of an earlier attempt goes on. */
  readonly again?: Again;
}

/** The run itself: a rehearsal that joins this world. The real GitHub does it somewhere else, and gh has returned by then. */
export async function performLane({ world, lane, ref, inputs, again }: Lane): Promise<void> {
  const cancel = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => cancel.abort());
  const options: RehearsalOptions = { lane: lane.replace(/\.ya?ml$/u, ''), ref, inputs, faults: [], speed: 10, latencyMs: 0, out: null, world, from: null, repository: null, keep: true, json: false, actor: 'operator', pullRequest: null, tools: {}, approvals: {} };
  const outcome = await rehearse(options, { say: (line) => process.stderr.write(`${line}\n`), signal: cancel.signal, ...(again === undefined ? {} : { again }) });
  process.stdout.write(`https://github.com/${SHOP}/actions/runs/${outcome['run-id']}\n${tell(outcome)}`);
}
