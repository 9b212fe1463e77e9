import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder for PATH with one tool in it, beside node and git. */
export interface Shelf extends AsyncDisposable {
  readonly path: string;
}

/** @param source of the tool, CommonJS */
export async function openShelf(tool: string, source: string): Promise<Shelf> {
  const folder = await mkdtemp(join(tmpdir(), 'acceptance-shelf-'));
  await writeFile(join(folder, tool), `#!${process.execPath}\n${source}\n`);
  await chmod(join(folder, tool), 0o755);
  return {
    path: [folder, dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
