import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import type { WordPressSurface } from '@vendure-deploy/shared/config';
import { childEnvironment, query, runTool, type ToolResult } from '@vendure-deploy/shared/tools';
import type { Context } from '../io.ts';
import { SESSION_FOLDER } from '../post.ts';
import { HOST_ALIAS, pinName, repairedKey, shellWords, sshConfiguration } from './configuration.ts';
import { sshFailure } from './failure.ts';

/** One connection to the host, over which every command and rsync go. Disposed of, nothing of it is left: no process, no key. */
export interface Session extends AsyncDisposable {
  /** The folder of this session, for what is to be gone with it. */
  readonly folder: string;
  /** What rsync starts as its remote shell. */
  readonly remoteShell: string;
  readonly signal: AbortSignal;
  /** By a shell of the host, as these very arguments. @param signal one that outlasts a cancel, for what must be finished */
  run(words: readonly string[], deadlineMs: number, signal?: AbortSignal): Promise<ToolResult>;
}

export const TRIES = 3;
/** PHP ends a fatal error with 255, and ssh a lost connection: of the two, the host's own becomes 254. */
const KEEP_255 = 'code=$?; [ $code -eq 255 ] && code=254; exit $code';
/** sockaddr_un has 108 bytes, and ssh makes the socket under a name that is 17 longer first. */
const LONGEST_FOLDER = 80;

/** Logs in, or says why not; nothing was written then. @throws {UserError} */
export async function openSession(config: WordPressSurface, context: Context): Promise<Session> {
  const { inputs, log, signal, clock } = context;
  const folder = await makeFolder(context);
  const close = async (): Promise<void> => {
    await tool(['-O', 'exit', HOST_ALIAS], 2000, new AbortController().signal).catch(() => null);
    await rm(folder, { recursive: true, force: true });
  };
  const tool = (args: readonly string[], deadlineMs: number, until: AbortSignal): Promise<ToolResult> =>
    runTool({ command: 'ssh', args: ['-F', join(folder, 'config'), ...args], environment: childEnvironment({}), deadlineMs, signal: until, log, quiet: true, maxBytes: 32 * 1024 * 1024, graceMs: 500 });
  try {
    await writeFile(join(folder, 'key'), repairedKey(inputs['ssh-key'].reveal()), { mode: 0o600 });
    await writeFile(join(folder, 'known_hosts'), `${config['known-hosts'].join('\n')}\n`, { mode: 0o600 });
    await writeFile(join(folder, 'config'), sshConfiguration(config, folder, inputs['connect-seconds']), { mode: 0o600 });
    await requirePin(config, folder);
    const fingerprint = await fingerprintOf(folder);
    for (let attempt = 1; ; attempt += 1) {
      const ended = await tool([HOST_ALIAS, 'true'], (inputs['connect-seconds'] + 15) * 1000, signal);
      signal.throwIfAborted();
      if (ended.exitCode === 0) break;
      const { kind, reasonCode, why } = sshFailure(ended);
      if (kind === 'permanent' || attempt >= TRIES) throw new UserError(refusal(config, reasonCode, why, fingerprint), { reasonCode });
      log.info(`${pinName(config)}: ${why}. Once more.`);
      await clock.sleep(inputs['retry-seconds'] * 1000, signal);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { folder, remoteShell: `ssh -F "${join(folder, 'config')}"`, signal, run: (words, deadlineMs, until = signal) => tool([HOST_ALIAS, `${shellWords(words)}; ${KEEP_255}`], deadlineMs, until), [Symbol.asyncDispose]: close };
}

async function makeFolder({ temporary, state }: Context): Promise<string> {
  const parent = temporary.length <= LONGEST_FOLDER - 10 ? temporary : tmpdir();
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'wp-'));
  state.save(SESSION_FOLDER, folder);
  return folder;
}

/** ssh would find out as well, but only when the host has answered already. */
async function requirePin(config: WordPressSurface, folder: string): Promise<void> {
  const name = pinName(config);
  if (await query('ssh-keygen', ['-F', name, '-f', join(folder, 'known_hosts')], folder) !== null) return;
  throw new UserError(`wp-deploy: no line of \`known-hosts\` is for ${name}. Read the key on the host itself, and add it to the configuration as  ${name} ssh-ed25519 AAAA…  :  cat /etc/ssh/ssh_host_ed25519_key.pub`, { reasonCode: 'invalid-config' });
}

/** By which a person finds the key in authorized_keys. @throws {UserError} for what is no private key, or one with a passphrase */
async function fingerprintOf(folder: string): Promise<string> {
  const [, blob = ''] = (await query('ssh-keygen', ['-y', '-P', '', '-f', join(folder, 'key')], folder))?.split(' ') ?? [];
  if (blob !== '') return `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/u, '')}`;
  throw new UserError('wp-deploy: input `ssh-key` is no private key that OpenSSH reads, or has a passphrase. Store the whole file, from -----BEGIN to END-----, as the secret WP_SSH_KEY:  gh secret set WP_SSH_KEY --env <environment> < wp-deploy');
}

function refusal(config: WordPressSurface, reasonCode: string, why: string, fingerprint: string): string {
  const at = `${config.user}@${pinName(config)}`;
  if (reasonCode === 'host-unproven') return `wp-deploy: ${at}: ${why}. Nothing was sent. If the host was set up anew, read its key there (cat /etc/ssh/ssh_host_ed25519_key.pub) and change \`known-hosts\`; if not, somebody stands in between.`;
  if (reasonCode === 'host-denied') return `wp-deploy: ${at}: ${why} (${fingerprint}). Nothing was sent. Add its public half to ~/.ssh/authorized_keys of ${config.user} there, and look whether the account is locked:  passwd -S ${config.user}`;
  return `wp-deploy: ${at}: ${why}. Nothing was sent. Try it:  ssh -p ${config.port} ${config.user}@${config.host} true`;
}
