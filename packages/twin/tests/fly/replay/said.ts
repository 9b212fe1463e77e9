import { named, type Names } from './names.ts';
import { neutral } from './neutral.ts';

/** What was said of one Machine, or of none, in order. */
export type Said = Readonly<Record<string, readonly string[]>>;

export function saidOf(lines: readonly string[], names: Names): Said {
  const lanes = new Map<string, string[]>();
  const plainly = lines.filter((line, index) => !isOfTheEnd(line) && !(line === '' && isOfTheEnd(lines[index - 1] ?? ''))).map((one) => plain(named(neutral(one), names)));
  for (const line of plainly) {
    const lane = [...names.values()].find((name) => line.includes(name)) ?? 'app';
    const before = lanes.get(lane) ?? [];
    if (isMoment(line) || (isState(line) && before.includes(line))) continue;
    lanes.set(lane, [...before, line]);
  }
  return Object.fromEntries([...lanes].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * `[1/3]` numbers Machines as their groups come, and two that come at once share a number and its mark. With `--deploy-retries` flyctl names a good state by chance,
 * whether or not it was reached. A list of Machines to destroy has them as they failed.
 */
function plain(line: string): string {
  return line
    .replace(/^([>✔✖]) \[\d+\/(\d+)\] /u, '$1 [n/$2] ')
    .replace(/^[>✔✖] (\[n\/\d+\] (?:Waiting for|Checking that|Machine \S+ \[\w+\] has state))/u, '· $1')
    .replace(/ reached (?:started|stopped|suspended) state$/u, ' reached <a good state>')
    .replace(/in \[\w+\] state: Get "([^"]*)\?state=(?:started|stopped|suspended)&/u, 'in <a good state>: Get "$1?state=<a good state>&')
    .replace(/to reach "(?:started|stopped|suspended)"$/u, 'to reach <a good state>')
    .replace(/^( {2}\S+\/\d+) \\$/u, '$1');
}

/** After a signal flyctl tries to let go of its leases, and says as much of it as it has time for, an empty line below each. */
function isOfTheEnd(line: string): boolean {
  return /INFO\S* detected canceled context|WARN\S* failed to release lease.*signal received/u.test(line);
}

/** flyctl looks every 90 ms at what changes, and prints all states that it sees then. */
function isState(line: string): boolean {
  return /^ {2}Machine \S+ \[[\w-]+\] - /u.test(line);
}

/** What is on its way to the state that a phase waits for may have been seen or not. */
function isMoment(line: string): boolean {
  return isState(line) && !/ - (?:stopped|(\d+)\/\1 passing)$/u.test(line);
}
