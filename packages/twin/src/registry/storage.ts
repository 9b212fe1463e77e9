import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { access, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { digestOf, digestOfFile, type Digest } from './digest.ts';

export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * The layout on disk, known only here:
 * `blobs/<algorithm>/<hex>` holds bytes once; `repositories/<name>/` links them (`blobs/`), keeps manifests (`manifests/<digest>/`)
 * and tags; `uploads/<name>/<session>` grows until its digest is proven.
 */
export function storage(directory: string) {
  const blobPath = (digest: Digest): string => join(directory, 'blobs', digest.algorithm, digest.hex);
  const inRepository = (repository: string, ...rest: string[]): string => join(directory, 'repositories', encodeURIComponent(repository), ...rest);
  const linkPath = (repository: string, digest: string): string => inRepository(repository, 'blobs', digest.replace(':', '-'));
  const manifestPath = (repository: string, digest: string): string => inRepository(repository, 'manifests', digest.replace(':', '-'));
  const uploadPath = (repository: string, session: string): string => join(directory, 'uploads', encodeURIComponent(repository), session);

  async function place(from: string, digest: Digest, repository: string): Promise<void> {
    await mkdir(join(directory, 'blobs', digest.algorithm), { recursive: true });
    await rename(from, blobPath(digest));
    await link(repository, digest);
  }

  async function link(repository: string, digest: Digest): Promise<void> {
    await write(linkPath(repository, digest.text), '');
  }

  /** A reader never sees half a file: write beside it, then rename. */
  async function write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(join(path, '..'), { recursive: true });
    const beside = `${path}.${randomUUID()}`;
    await writeFile(beside, content);
    await rename(beside, path);
  }

  return {
    blob: {
      path: blobPath,
      has: async (repository: string, digest: Digest): Promise<boolean> =>
        await exists(linkPath(repository, digest.text)) && await exists(blobPath(digest)),
      size: async (digest: Digest): Promise<number> => (await stat(blobPath(digest))).size,
      link,
      unlink: (repository: string, digest: Digest): Promise<void> => rm(linkPath(repository, digest.text), { force: true }),
      put: async (repository: string, bytes: Uint8Array): Promise<Digest> => {
        const digest = digestOf(bytes);
        await write(blobPath(digest), bytes);
        await link(repository, digest);
        return digest;
      },
    },
    upload: {
      start: async (repository: string): Promise<string> => {
        const session = randomUUID();
        await write(uploadPath(repository, session), '');
        return session;
      },
      /** null when there is no such session. */
      size: async (repository: string, session: string): Promise<number | null> =>
        /^[0-9a-f-]{36}$/.test(session) && await exists(uploadPath(repository, session)) ? (await stat(uploadPath(repository, session))).size : null,
      append: (repository: string, session: string, body: AsyncIterable<Uint8Array>): Promise<void> => append(uploadPath(repository, session), body),
      /** False, and the session is gone, when the bytes are not the digest's. */
      finish: async (repository: string, session: string, digest: Digest): Promise<boolean> => {
        const path = uploadPath(repository, session);
        if ((await digestOfFile(path, digest.algorithm)).text !== digest.text) {
          await rm(path);
          return false;
        }
        await place(path, digest, repository);
        return true;
      },
      cancel: (repository: string, session: string): Promise<void> => rm(uploadPath(repository, session), { force: true }),
    },
    manifest: {
      put: async (repository: string, manifest: StoredManifest): Promise<void> => {
        await write(join(manifestPath(repository, manifest.digest), 'type'), manifest.mediaType);
        await write(join(manifestPath(repository, manifest.digest), 'bytes'), manifest.bytes);
      },
      get: async (repository: string, digest: string): Promise<StoredManifest | null> => {
        const path = manifestPath(repository, digest);
        if (!await exists(join(path, 'bytes'))) return null;
        return { digest, mediaType: await readFile(join(path, 'type'), 'utf8'), bytes: await readFile(join(path, 'bytes')) };
      },
      remove: (repository: string, digest: string): Promise<void> => rm(manifestPath(repository, digest), { recursive: true, force: true }),
      digests: async (repository: string): Promise<string[]> => (await list(inRepository(repository, 'manifests'))).map((name) => name.replace('-', ':')),
    },
    tag: {
      put: (repository: string, tag: string, digest: string): Promise<void> => write(inRepository(repository, 'tags', tag), digest),
      get: async (repository: string, tag: string): Promise<string | null> => {
        const path = inRepository(repository, 'tags', tag);
        return await exists(path) ? readFile(path, 'utf8') : null;
      },
      remove: (repository: string, tag: string): Promise<void> => rm(inRepository(repository, 'tags', tag), { force: true }),
      // The writer's side files hold a dot and a UUID: never a tag that somebody asked for.
      list: async (repository: string): Promise<string[]> =>
        (await list(inRepository(repository, 'tags'))).filter((name) => !/\.[0-9a-f-]{36}$/.test(name)),
    },
    repositories: async (): Promise<string[]> => (await list(join(directory, 'repositories'))).map((name) => decodeURIComponent(name)),
    hasRepository: (repository: string): Promise<boolean> => exists(inRepository(repository)),
  };
}

export type Storage = ReturnType<typeof storage>;

/** What came before a connection broke off is kept: not `pipeline`, which drops what it has not written yet. */
async function append(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const file = createWriteStream(path, { flags: 'a' });
  try {
    for await (const chunk of body) {
      if (!file.write(chunk)) await once(file, 'drain');
    }
  } finally {
    file.end();
    await finished(file);
  }
}

async function list(path: string): Promise<string[]> {
  return await exists(path) ? (await readdir(path)).toSorted() : [];
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
