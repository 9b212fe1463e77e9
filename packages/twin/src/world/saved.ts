import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What a kept world writes beside what its rooms keep on disk anyway (git, registry, Workers, the database's files). */
const savedWorld = z.object({
  version: z.literal(2),
  credentials: z.object({ flyApiToken: z.string(), cloudflareApiToken: z.string() }),
  database: z.object({ password: z.string(), origin: z.string() }),
  repositories: z.array(z.string()),
  fly: z.unknown(),
});

export type SavedWorld = z.infer<typeof savedWorld>;

export async function readSaved(directory: string): Promise<SavedWorld | null> {
  const text = await readFile(join(directory, 'world.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const parsed = savedWorld.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${directory} holds a world that this version cannot read. Give another folder, or remove it.`);
  return parsed.data;
}

export async function writeSaved(directory: string, world: SavedWorld): Promise<void> {
  await writeFile(join(directory, 'world.json'), `${JSON.stringify(world)}\n`, { mode: 0o600 });
}
