import { userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Check, fail, missing, pass, root, start } from './check.ts';

const PROGRAM = ['--disable-warning=ExperimentalWarning', '--conditions=@vendure-deploy/source', join(root, 'packages/rehearsal/src/main.ts'), 'deploy-production', '--json'];

/** One whole rehearsal where no way leads out of the machine: what is deployed there needs nobody outside. */
export const alone: Check = {
  name: 'a whole rehearsal in a network of its own, with only `lo` up',
  run: async () => {
    const probe = await inside('true');
    if (probe.code !== 0) return missing(`no network of its own to be had (${unshare.join(' ')}): ${probe.said.trim()}. Run it as root, or where user namespaces are allowed.`);
    const built = await start(process.execPath, ['script/build.ts']);
    if (built.code !== 0) return fail(built.said);
    const { code, output, said } = await inside(process.execPath, ...PROGRAM);
    const seen = outcome.safeParse(jsonOf(output)).data;
    if (code !== 0 || seen?.verdict !== 'deployed' || seen['stray-calls'].length > 0) return fail(said);
    return pass(`${unshare.join(' ')}: ${seen.verdict} in ${seen.seconds} s, no stray call`);
  },
};

const outcome = z.object({ verdict: z.string().nullable(), 'stray-calls': z.array(z.string()), seconds: z.number() });

/**
 * Root needs no user namespace, and must not have one: PostgreSQL runs as another user, whom a namespace of one user does not know. Anyone else keeps
 * the own user id in one, with the right to put `lo` up.
 */
const unshare = userInfo().uid === 0 ? ['unshare', '--net'] : ['unshare', '--user', '--map-current-user', '--keep-caps', '--net'];

/** `ip link set lo up` without iproute2 (netdevice(7): SIOCSIFFLAGS, IFF_UP); then it must be the only one there. */
const LO_UP = 'import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH22x", b"lo", 1))';
const ONLY_LO = 'test "$(grep : /proc/self/net/dev | cut -d: -f1 | tr -d " ")" = lo';

function inside(...command: string[]): ReturnType<typeof start> {
  const [program = '', ...args] = unshare;
  return start(program, [...args, '--', 'sh', '-c', `python3 -c '${LO_UP}' && ${ONLY_LO} && exec "$@"`, 'sh', ...command]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
