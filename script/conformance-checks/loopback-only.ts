import { userInfo } from 'node:os';
import { type Ended, start } from './check.ts';

/**
 * Root needs no user namespace, and must not have one: PostgreSQL runs as another user, whom a namespace of one user does not know. Anyone else keeps
 * the own user id in one, with the right to put `lo` up.
 */
export const unshare: readonly string[] = userInfo().uid === 0 ? ['unshare', '--net'] : ['unshare', '--user', '--map-current-user', '--keep-caps', '--net'];

/** `ip link set lo up` without iproute2 (netdevice(7): SIOCSIFFLAGS, IFF_UP); then it must be the only one there. */
const LO_UP = 'import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH22x", b"lo", 1))';
const ONLY_LO = 'test "$(grep : /proc/self/net/dev | cut -d: -f1 | tr -d " ")" = lo';

/** Runs a command in a network of its own, with only `lo` up. */
export function inside(command: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  const [program = '', ...args] = unshare;
  return start(program, [...args, '--', 'sh', '-c', `python3 -c '${LO_UP}' && ${ONLY_LO} && exec "$@"`, 'sh', ...command], environment);
}

/** Why there is none to be had here; null when there is. */
export async function noNetwork(): Promise<string | null> {
  const probe = await inside(['true']);
  return probe.code === 0 ? null : `no network of its own to be had (${unshare.join(' ')}): ${probe.said.trim()}. Run it as root, or where user namespaces are allowed.`;
}
