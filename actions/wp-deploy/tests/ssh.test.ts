import { describe, expect, test } from '@jest/globals';
import { pinName, repairedKey, shellWords, sshConfiguration } from '../src/ssh/configuration.ts';
import { rsyncFailure, sshFailure } from '../src/ssh/failure.ts';

const said = (exitCode: number | null, stderr: string, timedOut = false): { exitCode: number | null; stderr: string; timedOut: boolean } => ({ exitCode, stderr, timedOut });

describe('what OpenSSH 9.2 and rsync 3.2 were seen to say', () => {
  test.each([
    ['ssh',   255, 'Host key verification failed.',                                              'permanent', 'host-unproven'],
    ['ssh',   255, '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @',                'permanent', 'host-unproven'],
    ['ssh',   255, 'No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict checking.', 'permanent', 'host-unproven'],
    ['ssh',   255, 'deploy@127.0.0.1: Permission denied (publickey).',                           'permanent', 'host-denied'],
    ['ssh',   255, 'Load key "/tmp/key": error in libcrypto',                                    'permanent', 'host-denied'],
    ['ssh',   255, 'ssh: connect to host 127.0.0.1 port 1: Connection refused',                  'transient', 'host-unreachable'],
    ['ssh',   255, 'ssh: Could not resolve hostname vps.invalid: Name or service not known',     'transient', 'host-unreachable'],
    ['ssh',   255, 'Connection timed out during banner exchange',                                'transient', 'host-unreachable'],
    ['ssh',   255, 'kex_exchange_identification: read: Connection reset by peer',                'transient', 'host-unreachable'],
    ['rsync', 12,  'Host key verification failed.\nrsync error: error in rsync protocol data stream (code 12)', 'permanent', 'host-unproven'],
    ['rsync', 12,  'bash: line 1: rsync: command not found',                                     'permanent', 'host-not-ready'],
    ['rsync', 11,  'rsync: [receiver] write failed on "/srv/x": No space left on device (28)',   'permanent', 'host-not-ready'],
    ['rsync', 11,  'rsync: [Receiver] mkdir "/srv/x" failed: Permission denied (13)',            'permanent', 'host-not-ready'],
    ['rsync', 2,   'protocol version mismatch -- is your shell clean?',                          'permanent', 'host-not-ready'],
    ['rsync', 30,  '[sender] io timeout after 30 seconds -- exiting',                            'transient', 'host-unreachable'],
    ['rsync', 255, 'client_loop: send disconnect: Broken pipe',                                  'transient', 'host-unreachable'],
    ['rsync', 23,  'rsync: link_stat failed: No such file or directory (2)',                     'permanent', 'host-not-ready'],
    ['rsync', 1,   'rsync: --wrong: unknown option',                                             'permanent', 'host-not-ready'],
  ] as const)('%s %d %s', (tool, exitCode, stderr, kind, reasonCode) => {
    expect((tool === 'ssh' ? sshFailure : rsyncFailure)(said(exitCode, stderr))).toMatchObject({ kind, reasonCode });
  });

  test('a deadline of ours is worth another go', () => {
    expect([sshFailure(said(null, '', true)).kind, rsyncFailure(said(null, '', true)).kind]).toEqual(['transient', 'transient']);
  });
});

test.each([
  ['as ssh-keygen writes it', '-----BEGIN K-----\nabc\n-----END K-----\n'],
  ['with carriage returns', '-----BEGIN K-----\r\nabc\r\n-----END K-----\r\n'],
  ['without the end of its last line', '-----BEGIN K-----\nabc\n-----END K-----'],
  ['with blanks at the ends of its lines', '-----BEGIN K----- \nabc\t\n-----END K-----  \n\n'],
])('a key %s becomes what OpenSSH takes', (_, given) => {
  expect(repairedKey(given)).toBe('-----BEGIN K-----\nabc\n-----END K-----\n');
});

test('only what is pinned is believed, and nothing of the machine is asked', () => {
  const text = sshConfiguration({ host: 'vps.shop.example', port: 2222, user: 'deploy' }, '/tmp/a 100%', 10);
  for (const line of ['HostName vps.shop.example', 'Port 2222', 'User deploy', 'StrictHostKeyChecking yes', 'GlobalKnownHostsFile /dev/null', 'IdentityAgent none', 'BatchMode yes', 'IdentityFile "/tmp/a 100%%/key"']) expect(text).toContain(`  ${line}\n`);
  expect([pinName({ host: 'vps.shop.example', port: 22 }), pinName({ host: 'vps.shop.example', port: 2222 })]).toEqual(['vps.shop.example', '[vps.shop.example]:2222']);
});

test.each([
  [['wp', '--path=/srv/www', 'cache', 'flush'], 'wp --path=/srv/www cache flush'],
  [['php', '-r', "echo 'a';"], String.raw`php -r 'echo '\''a'\'';'`],
  [['wp', '$(id)', 'a b', ''], "wp '$(id)' 'a b' ''"],
])('%j is for the shell of the host: %s', (words, command) => {
  expect(shellWords(words)).toBe(command);
});
