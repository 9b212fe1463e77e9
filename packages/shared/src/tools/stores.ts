import { copyFile, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../action/definition.ts';

export type StoredFrom = 'tool-cache' | 'actions-cache';

/** A place where an archive may lie from an earlier run. Neither reading nor writing ever fails the action. */
export interface ArchiveStore {
  from: StoredFrom;
  /** The path of the archive, not yet verified. */
  read(): Promise<string | null>;
  write(archive: string): Promise<void>;
}

interface Archived {
  name: string;
  version: string;
  temporary: string;
  log: Log;
}

const fileName = 'archive.tar.gz';
/** A cache that is slower than the download is of no use. */
const longestMs = 20_000;

export function archiveStores(tool: Archived, sha256: string): ArchiveStore[] {
  const stores: ArchiveStore[] = [];
  if ((process.env['RUNNER_TOOL_CACHE'] ?? '') !== '') stores.push(runnersToolCache(tool));
  // What @actions/cache itself asks for; looked at here so that its 3 MB are loaded only where there is a cache service.
  if ((process.env['ACTIONS_RESULTS_URL'] ?? process.env['ACTIONS_CACHE_URL'] ?? '') !== '' && (process.env['ACTIONS_RUNTIME_TOKEN'] ?? '') !== '') stores.push(actionsCache(tool, sha256));
  return stores.map((store) => forgiving(store, tool));
}

function runnersToolCache(tool: Archived): ArchiveStore {
  return {
    from: 'tool-cache',
    async read() {
      const { find } = await import('@actions/tool-cache');
      const folder = find(tool.name, tool.version);
      return folder !== '' && existsSync(join(folder, fileName)) ? join(folder, fileName) : null;
    },
    async write(archive) {
      const { cacheFile } = await import('@actions/tool-cache');
      await cacheFile(archive, fileName, tool.name, tool.version);
    },
  };
}

function actionsCache(tool: Archived, sha256: string): ArchiveStore {
  // The path is part of the cache's key on GitHub's side, so it has nothing of the run in it.
  const folder = join(tool.temporary, `cached-${tool.name}-${tool.version}`);
  const key = `vendure-deploy-${tool.name}-${tool.version}-${sha256}`;
  return {
    from: 'actions-cache',
    async read() {
      const { restoreCache } = await import('@actions/cache');
      const hit = await within(restoreCache([folder], key, [], { timeoutInMs: longestMs, segmentTimeoutInMs: longestMs }));
      return hit === undefined || !existsSync(join(folder, fileName)) ? null : join(folder, fileName);
    },
    async write(archive) {
      const { saveCache } = await import('@actions/cache');
      await mkdir(folder, { recursive: true });
      await copyFile(archive, join(folder, fileName));
      await within(saveCache([folder], key));
    },
  };
}

function forgiving(store: ArchiveStore, tool: Archived): ArchiveStore {
  const lost = (error: unknown): null => {
    tool.log.debug(`The ${store.from} was of no use for ${tool.name}: ${String(error)}`);
    return null;
  };
  return {
    from: store.from,
    read: async () => store.read().catch(lost),
    write: async (archive) => {
      await store.write(archive).catch(lost);
    },
  };
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${longestMs} ms`)), longestMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
