export interface Failure {
  readonly kind: 'build' | 'cache' | 'no-space' | 'repository-unknown' | 'push-transient' | 'push-permanent';
  /** The line that tells. */
  readonly said: string;
}

/**
 * What docker's output says of a build that failed. Only docker's own last word counts: the output of a step, and an error that it went on after,
 * may hold any text.
 */
export function failureOf(lines: readonly string[]): Failure {
  const said = lines.findLast((line) => /^ERROR: ./.test(line))?.slice('ERROR: '.length) ?? lines.findLast((line) => line.trim() !== '') ?? '';
  if (isPush(said, lines)) return { kind: kindOfPush(said), said };
  if (CACHE.test(said)) return { kind: 'cache', said };
  const full = lines.findLast((line) => NO_SPACE.test(line));
  return full === undefined ? { kind: 'build', said } : { kind: 'no-space', said: full };
}

/** BuildKit says that it pushes; the classic docker driver leaves the push to docker, in a step of its own, and its error stands alone. */
function isPush(said: string, lines: readonly string[]): boolean {
  if (/^(?:failed to solve: )?failed to push /.test(said)) return true;
  const step = lines.map((line) => /^#(\d+) pushing \S+ with docker$/.exec(line)?.[1]).find((id) => id !== undefined);
  return step !== undefined && lines.includes(`#${step} ERROR: ${said}`);
}

function kindOfPush(said: string): Failure['kind'] {
  if (NO_SPACE.test(said)) return 'no-space';
  if (REPOSITORY_UNKNOWN.test(said)) return 'repository-unknown';
  return !PERMANENT.test(said) && TRANSIENT.test(said) ? 'push-transient' : 'push-permanent';
}

// The second is what BuildKit of docker 26 makes of the same answer: it does not show the registry's message (measured).
const REPOSITORY_UNKNOWN = /\b(?:name )?unknown: app repository not found|unexpected status from POST request to \S+\/blobs\/uploads\/\S*: 404 Not Found/i;
const PERMANENT = /x509: |server gave HTTP response to HTTPS client/;
// BuildKit itself tries 5xx and lost connections four times in 7 s, and 429 six times at once (measured, docker 26.1.5).
const TRANSIENT = /unexpected (?:HTTP )?status.*: (?:408|429|499|5\d\d) |toomanyrequests|failed to do request|dial tcp|i\/o timeout|\bEOF\b|connection reset|broken pipe|TLS handshake timeout/i;
const CACHE = /failed to configure \w+ cache exporter|Cache export is not supported|^mkdir \S/;
const NO_SPACE = /no space left on device|\bENOSPC\b/i;
