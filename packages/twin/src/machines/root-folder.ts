import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { extract } from 'tar';
import type { StoredImage } from '../registry/index.ts';

/** Root folders of images, unpacked once each. */
export function rootFolders(directory: string): (image: StoredImage) => Promise<string> {
  const unpacked = new Map<string, Promise<string>>();
  return (image) => {
    const known = unpacked.get(image.digest);
    if (known !== undefined) return known;
    const folder = unpack(image, join(directory, image.digest.replace(':', '-')));
    unpacked.set(image.digest, folder);
    return folder;
  };
}

async function unpack(image: StoredImage, folder: string): Promise<string> {
  // A kept world has it from an earlier start; a rename made it whole or not at all.
  if (existsSync(folder)) return folder;
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  for (const layer of image.layers) {
    await extract({ file: layer, cwd: partial, preserveOwner: false });
    await applyWhiteouts(partial);
  }
  await rename(partial, folder);
  return folder;
}

/** OCI layers delete by `.wh.<name>` files. */
async function applyWhiteouts(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.startsWith('.wh.')) continue;
    const place = join(entry.parentPath, entry.name);
    if (entry.name !== '.wh..wh..opq') await rm(join(dirname(place), entry.name.slice('.wh.'.length)), { recursive: true, force: true });
    await rm(place);
  }
}
