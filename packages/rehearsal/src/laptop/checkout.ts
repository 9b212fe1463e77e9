import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SHOP } from '../world/host.ts';

const run = promisify(execFile);
const scripts = join(import.meta.dirname, '../../../../script');

/** Makes of the world's repository of the shop a clone as an operator has one: it knows where it comes from, and the suite's commands are at hand in `script/`. */
export async function prepareCheckout(shop: string): Promise<void> {
  const link = join(shop, 'script');
  if (existsSync(link)) return;
  await run('git', ['-C', shop, 'config', 'remote.origin.url', `https://github.com/${SHOP}.git`]);
  await leaveOut(shop, '/script');
  await symlink(scripts, link).catch((error: NodeJS.ErrnoException) => {
    // Another command came at the same time.
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Git does not see it: the checkout stays clean. */
async function leaveOut(shop: string, line: string): Promise<void> {
  const file = join(shop, '.git/info/exclude');
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.split('\n').includes(line)) return;
  await mkdir(join(shop, '.git/info'), { recursive: true });
  await appendFile(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`);
}
