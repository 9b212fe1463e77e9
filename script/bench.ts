/**
 * `script/bench NAME [--json]`: figures of this suite beside those of the nearest peer, both measured in the same run. A table, or with --json one
 * JSON object a line. `ratio` is peer seconds ÷ ours: above 1 we are ahead. `script/bench` alone lists what there is.
 */
import { coldStart } from './benches/cold-start.ts';
import { fly } from './benches/fly.ts';
import { image } from './benches/image.ts';
import { lanes } from './benches/lanes.ts';
import { migrations } from './benches/migrations.ts';
import { nxCache } from './benches/nx-cache.ts';
import { preflight } from './benches/preflight.ts';
import { rehearse } from './benches/rehearse.ts';
import { verify } from './benches/verify.ts';
import { workers } from './benches/workers.ts';
import { type Bench, heading, lineOf, type Row } from './benches/row.ts';

const benches: Readonly<Record<string, Bench>> = { 'cold-start': coldStart, fly, image, lanes, migrations, 'nx-cache': nxCache, preflight, rehearse, verify, workers };
const [name, ...flags] = process.argv.slice(2);

if (name === undefined || name === '--help' || name === '-h') {
  console.log(`script/bench NAME [--json]\n\n${list()}`);
  process.exit(0);
}
const bench = benches[name];
const unknown = flags.find((flag) => flag !== '--json');
if (bench === undefined || unknown !== undefined) {
  console.error(bench === undefined ? `bench: "${name}" is no benchmark. There is:\n${list()}` : `bench: "${String(unknown)}" is no flag of it. Allowed: --json.`);
  process.exit(2);
}

const json = flags.includes('--json');
if (!json) console.log(heading());
await bench.run({
  show: (row: Row, remark = '') => console.log(json ? JSON.stringify(row) : `${lineOf(row)}   ${remark}`.trimEnd()),
  // Beside the figures, never among them: a reader of --json gets rows only.
  note: (line) => console.error(`bench: ${line}`),
});

function list(): string {
  return Object.entries(benches)
    .map(([key, { about }]) => `  ${key.padEnd(12)} ${about}`)
    .join('\n');
}
