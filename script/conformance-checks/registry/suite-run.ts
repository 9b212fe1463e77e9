/** In a network of its own: the twin's registry with the challenge that is named, and the suite against it, which writes its results to a folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Challenge, serveRegistry } from '@vendure-deploy/twin';
import { start } from '../check.ts';

const [suite = '', results = '', challenge = 'basic'] = process.argv.slice(2);
const directory = await mkdtemp(join(tmpdir(), 'registry-'));
const registry = await serveRegistry({ directory, token: 'password-of-x', challenge: challenge as Challenge });
try {
  // Where the registry is and who asks; all else is the suite's default.
  const { code, said } = await start(suite, [], {
    HOME: directory, OCI_REGISTRY: registry.host, OCI_TLS: 'disabled', OCI_USERNAME: 'x', OCI_PASSWORD: 'password-of-x', OCI_RESULTS_DIR: results, OCI_VERSION: '1.1',
  });
  console.log(said);
  process.exitCode = code;
} finally {
  await registry[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
}
