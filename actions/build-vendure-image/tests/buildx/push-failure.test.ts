import { expect, test } from '@jest/globals';
import { failureOf, type Failure } from '../../src/buildx/push-failure.ts';

// Printed by buildx 0.13.1 with docker 26.1.5 (containerd store, and the classic one), and by buildx 0.29.1; digests shortened.
const solve = (text: string): string[] => [`#8 ERROR: ${text}`, `ERROR: failed to solve: ${text}`];
const classic = (text: string): string[] => ['#9 pushing 127.0.0.1:5598/app:1 with docker', `#9 ERROR: ${text}`, '------', ' > pushing 127.0.0.1:5598/app:1 with docker:', '------', `ERROR: ${text}`];
const status = (method: string, path: string, code: string): string[] => solve(`failed to push 127.0.0.1:5598/app:1: unexpected status from ${method} request to http://127.0.0.1:5598/v2/app/${path}: ${code}`);

test.each<[name: string, lines: string[], kind: Failure['kind']]>([
  ['Fly\'s message',                           ['ERROR: failed to push registry.fly.io/shop:1: unknown: app repository not found'], 'repository-unknown'],
  ['Fly\'s message, as flyctl spells it',      ['ERROR: failed to push registry.fly.io/shop:1: name unknown: app repository not found'], 'repository-unknown'],
  ['Fly\'s message, docker 26',                status('POST', 'blobs/uploads/?mount=sha256:70062&from=app', '404 Not Found'), 'repository-unknown'],
  ['Fly\'s message, classic',                  classic('name unknown: app repository not found'), 'repository-unknown'],
  ['Fly\'s message, classic, code UNKNOWN',    classic('unknown: app repository not found'), 'repository-unknown'],
  ['503',                                      status('HEAD', 'blobs/sha256:eca03', '503 Service Unavailable'), 'push-transient'],
  ['503, classic',                             classic('received unexpected HTTP status: 503 Service Unavailable'), 'push-transient'],
  ['429',                                      status('HEAD', 'blobs/sha256:eca03', '429 Too Many Requests'), 'push-transient'],
  ['429, classic',                             classic('toomanyrequests: slow down'), 'push-transient'],
  ['no connection',                            solve('failed to push 127.0.0.1:1/app:2: failed to do request: Head "https://127.0.0.1:1/v2/app/blobs/sha256:eca03": dial tcp 127.0.0.1:1: connect: connection refused'), 'push-transient'],
  ['no connection, classic',                   classic('Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'), 'push-transient'],
  ['a connection that ends',                   solve('failed to push 127.0.0.1:5598/app:1: failed to do request: Head "https://127.0.0.1:5598/v2/app/blobs/sha256:eca03": EOF'), 'push-transient'],
  ['a connection that ends, classic',          classic('EOF'), 'push-transient'],
  ['a token server that is unwell',            solve('failed to push 127.0.0.1:5598/app:1: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to http://127.0.0.1:5598/token?service=x: 503 Service Unavailable'), 'push-transient'],
  ['a slow handshake',                         ['ERROR: failed to push registry.fly.io/shop:1: Put "https://registry.fly.io/v2/": net/http: TLS handshake timeout'], 'push-transient'],
  ['a slow answer',                            ['ERROR: failed to push registry.fly.io/shop:1: read tcp 10.0.0.1:1->10.0.0.2:443: i/o timeout'], 'push-transient'],
  ['401',                                      status('HEAD', 'blobs/sha256:eca03', '401 Unauthorized'), 'push-permanent'],
  ['401, classic',                             classic('unauthorized: {"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}'), 'push-permanent'],
  ['403',                                      status('HEAD', 'blobs/sha256:eca03', '403 Forbidden'), 'push-permanent'],
  ['403, classic',                             classic('denied'), 'push-permanent'],
  ['413',                                      status('PUT', 'up?digest=sha256%3A70062', '413 Payload Too Large'), 'push-permanent'],
  ['404 of something else',                    status('PUT', 'manifests/1', '404 Not Found'), 'push-permanent'],
  ['a certificate that is not trusted',        solve('failed to push registry.example/app:1: failed to do request: Head "https://registry.example/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority'), 'push-permanent'],
  ['a step that fails',                        solve('process "/bin/sh -c npm ci" did not complete successfully: exit code: 1'), 'build'],
  ['a step that fails and speaks of a push',   ['#6 0.101 ERROR: failed to push x: 503', ...solve('process "/bin/sh -c echo \\"failed to push x: 503\\"; exit 3" did not complete successfully: exit code: 3')], 'build'],
  ['a step that prints as docker does',        ['#6 0.1 pushing x with docker', '#6 ERROR: EOF', 'ERROR: EOF'], 'build'],
  ['a fault of the Dockerfile',                ['ERROR: failed to solve: dockerfile parse error on line 2: unknown instruction: FOO (did you mean FROM?)'], 'build'],
  ['no Dockerfile',                            ['ERROR: failed to solve: failed to read dockerfile: open None: no such file or directory'], 'build'],
  ['a base image that cannot be had',          solve('node:24: failed to resolve source metadata for registry.example/library/node:24: failed to do request: Head "https://registry.example/v2/library/node/manifests/24": dial tcp: i/o timeout'), 'build'],
  ['a cache it went on without, then a step',  ['#3 ERROR: failed to configure registry cache importer: registry.fly.io/shop:cache: not found', ...solve('process "/bin/false" did not complete successfully: exit code: 1')], 'build'],
  ['a token of the cache',                     ['ERROR: failed to solve: failed to configure gha cache exporter: token contains an invalid number of segments'], 'cache'],
  ['the classic driver and a cache',           ['ERROR: Cache export is not supported for the docker driver.'], 'cache'],
  ['a cache directory that is a file',         ['ERROR: mkdir /tmp/cache: not a directory'], 'cache'],
  ['a full disk',                              solve('write /var/lib/docker/containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots/3/fs/big: no space left on device'), 'no-space'],
  ['a full disk within a step, as libc says it', ['#6 0.074 dd: error writing \'/big\': No space left on device', ...solve('process "/bin/sh -c dd if=/dev/zero of=/big" did not complete successfully: exit code: 1')], 'no-space'],
  ['a full disk within a step',                ['#7 1.2 npm ERR! ENOSPC: no space left on device, write', ...solve('process "/bin/sh -c npm ci" did not complete successfully: exit code: 228')], 'no-space'],
  ['a full disk while it pushes',              solve('failed to push x/y:1: write /tmp/z: no space left on device'), 'no-space'],
  ['nothing',                                  [], 'build'],
])('%s', (_name, lines, kind) => {
  const failure = failureOf(lines);
  expect(failure.kind).toBe(kind);
  if (lines.length > 0) expect(lines.join('\n')).toContain(failure.said);
});
