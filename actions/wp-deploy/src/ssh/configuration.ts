import type { WordPressSurface } from '@vendure-deploy/shared/config';

/** What ssh and rsync call the host: everything else stands in the file. */
export const HOST_ALIAS = 'wordpress-host';

/**
 * All that ssh is to know, in a file of our own: nothing of the machine's configuration, no agent, no question to anybody. A host whose key is not pinned is
 * no host of ours (`StrictHostKeyChecking=no` would log in there and run the command).
 */
export function sshConfiguration({ host, port, user }: Pick<WordPressSurface, 'host' | 'port' | 'user'>, folder: string, connectSeconds: number): string {
  const file = (name: string): string => `"${folder.replaceAll('%', '%%')}/${name}"`;
  const options = [
    ['HostName', host], ['Port', String(port)], ['User', user],
    ['IdentityFile', file('key')], ['IdentitiesOnly', 'yes'], ['IdentityAgent', 'none'], ['PreferredAuthentications', 'publickey'], ['BatchMode', 'yes'],
    ['StrictHostKeyChecking', 'yes'], ['UserKnownHostsFile', file('known_hosts')], ['GlobalKnownHostsFile', '/dev/null'], ['UpdateHostKeys', 'no'], ['VerifyHostKeyDNS', 'no'], ['CheckHostIP', 'no'],
    ['ClearAllForwardings', 'yes'], ['ForwardAgent', 'no'], ['RequestTTY', 'no'],
    ['ConnectTimeout', String(connectSeconds)], ['ServerAliveInterval', '5'], ['ServerAliveCountMax', '3'], ['LogLevel', 'ERROR'],
    // A connection costs 0.2 s, one more command over it 0.014 s (measured). Should we be killed, it ends by itself.
    ['ControlMaster', 'auto'], ['ControlPath', file('m')], ['ControlPersist', '60'],
  ];
  return [`Host ${HOST_ALIAS}`, ...options.map((option) => `  ${option.join(' ')}`), ''].join('\n');
}

/** As known_hosts has it: the port only where it is not 22. */
export function pinName({ host, port }: Pick<WordPressSurface, 'host' | 'port'>): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** A key that was pasted through a form or a Windows editor: OpenSSH refuses carriage returns, and a last line without its end, as "error in libcrypto". */
export function repairedKey(text: string): string {
  return `${text.replaceAll(/\r\n?/gu, '\n').replaceAll(/[ \t]+$/gmu, '').trim()}\n`;
}

/** What the host's POSIX shell reads as exactly these arguments. */
export function shellWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:=@+-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
}
