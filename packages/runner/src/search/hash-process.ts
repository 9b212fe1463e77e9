import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { create } from '@actions/glob';

// A process of its own, because GitHub's glob writes its debug lines to standard output. sha256 over the raw sha256 of each file, in the glob's order (E5).
const workspace = process.cwd();
const whole = createHash('sha256');
let found = false;
const globber = await create(process.env['PATTERNS'] ?? '', { followSymbolicLinks: process.env['FOLLOW'] === 'true' });
for await (const file of globber.globGenerator()) {
  if (!file.startsWith(workspace + sep) || statSync(file).isDirectory()) continue;
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  whole.write(hash.digest());
  found = true;
}
whole.end();
process.stdout.write(`\nhash=${found ? whole.digest('hex') : ''}\n`);
