import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Modules and assets on disk, each once: `content/modules/<sha256>`, `content/assets/<wrangler's hash>`. */
export interface Content {
  /** @returns the key that finds it again */
  putModule(bytes: Uint8Array): Promise<string>;
  readModule(key: string): Promise<Buffer>;
  hasAsset(hash: string): boolean;
  putAsset(hash: string, bytes: Uint8Array): Promise<void>;
  /** Lays the asset at a path: what serves assets wants a folder. */
  layAsset(hash: string, path: string): Promise<void>;
}

export function openContent(directory: string): Content {
  const module = (key: string): string => join(directory, 'content', 'modules', key);
  const asset = (hash: string): string => join(directory, 'content', 'assets', hash);
  return {
    async putModule(bytes) {
      const key = createHash('sha256').update(bytes).digest('hex');
      if (!existsSync(module(key))) await write(module(key), bytes);
      return key;
    },
    readModule: (key) => readFile(module(key)),
    hasAsset: (hash) => existsSync(asset(hash)),
    putAsset: (hash, bytes) => write(asset(hash), bytes),
    async layAsset(hash, path) {
      await mkdir(dirname(path), { recursive: true });
      await link(asset(hash), path).catch(() => copyFile(asset(hash), path));
    },
  };
}

/** A reader never sees half a file: write beside it, then rename. */
async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${randomUUID()}`;
  await writeFile(beside, bytes);
  await rename(beside, path);
}
