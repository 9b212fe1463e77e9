import type { ReasonCode } from '@vendure-deploy/shared/action';

/** What became of one run of ssh or rsync, as far as the network had a part in it. */
export interface Failure {
  readonly kind: 'transient' | 'permanent';
  readonly reasonCode: Extract<ReasonCode, 'host-unproven' | 'host-denied' | 'host-unreachable' | 'host-not-ready'>;
  /** A sentence's end. */
  readonly why: string;
}

interface Said {
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly stderr: string;
}

type Rule = readonly [pattern: RegExp, kind: Failure['kind'], reasonCode: Failure['reasonCode'], why: string];

/** OpenSSH 9.2's own words; its exit code is 255 for all of them. */
const RULES: readonly Rule[] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|No \S+ host key is known|host key .* (?:mismatch|revoked)|Certificate invalid/iu, 'permanent', 'host-unproven', 'it shows another key than the one that is pinned'],
  [/Permission denied \([a-z]/u, 'permanent', 'host-denied', 'it does not let this key log in'],
  [/Load key .*:|UNPROTECTED PRIVATE KEY/u, 'permanent', 'host-denied', 'ssh cannot use the key'],
  [/Could not resolve hostname/u, 'transient', 'host-unreachable', 'its name is not known'],
  [/Connection refused/u, 'transient', 'host-unreachable', 'nobody listens on that port'],
  [/timed out|Timeout, server/iu, 'transient', 'host-unreachable', 'it did not answer in time'],
  [/is your shell clean/u, 'permanent', 'host-not-ready', "its shell prints something at the login, which breaks rsync; silence it for logins without a terminal"],
];

/** Of ssh, or of rsync over it: 255 may be the remote command's own code as well, so what was written to stderr comes first. */
export function sshFailure({ exitCode, timedOut, stderr }: Said): Failure {
  if (timedOut) return { kind: 'transient', reasonCode: 'host-unreachable', why: 'it did not answer in time' };
  const rule = RULES.find(([pattern]) => pattern.test(stderr));
  if (rule !== undefined) return { kind: rule[1], reasonCode: rule[2], why: rule[3] };
  return { kind: 'transient', reasonCode: 'host-unreachable', why: `the connection was lost (exit code ${exitCode ?? 'none'}${lastLine(stderr)})` };
}

/** rsync 3.2 and 3.5, seen after a connection that worked. */
const TRANSIENT = new Set([10, 12, 14, 20, 30, 35, 255]);

export function rsyncFailure(said: Said): Failure {
  const { exitCode, timedOut, stderr } = said;
  if (/command not found|not found/iu.test(stderr) && /rsync/u.test(stderr) && exitCode === 12) return { kind: 'permanent', reasonCode: 'host-not-ready', why: 'it has no rsync' };
  if (RULES.some(([pattern]) => pattern.test(stderr))) return sshFailure(said);
  if (/No space left on device/u.test(stderr)) return { kind: 'permanent', reasonCode: 'host-not-ready', why: 'its disk is full' };
  if (/Permission denied \(13\)/u.test(stderr)) return { kind: 'permanent', reasonCode: 'host-not-ready', why: `it does not let this user write there${lastLine(stderr)}` };
  const transient = timedOut || exitCode === null || TRANSIENT.has(exitCode);
  return { kind: transient ? 'transient' : 'permanent', reasonCode: transient ? 'host-unreachable' : 'host-not-ready', why: `rsync ended with ${timedOut ? 'a timeout' : (exitCode ?? 'a signal')}${lastLine(stderr)}` };
}

function lastLine(stderr: string): string {
  const line = stderr.trim().split('\n').find((one) => !one.startsWith('rsync error:')) ?? '';
  return line === '' ? '' : `: ${line.trim().slice(0, 200)}`;
}
