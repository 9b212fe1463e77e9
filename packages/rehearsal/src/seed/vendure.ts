import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage } from '@vendure-deploy/twin';
import { parse as parseToml } from 'smol-toml';
import { databaseOf, secretsOf, type SeedVendure } from '../shop/config.ts';
import type { Served } from './seed.ts';

/** The image in the registry, an empty database (the Machines of the seed migrate it), and the Machines of each process group. */
export async function seedVendure({ seed: { twin, home }, environment, sha, tree }: Served, vendure: SeedVendure): Promise<void> {
  const repository = vendure['image-repository'].split('/').slice(1).join('/');
  const tag = `${environment}-${sha}`;
  const image = await buildImage({
    context: join(tree, vendure.context),
    dockerfile: join(tree, vendure.dockerfile),
    buildArguments: { DEPLOY_SHA: sha, BUILT_AT: '2026-01-01T12:00:00Z' },
    home,
    labels: { 'org.opencontainers.image.revision': sha },
  });
  await twin.registry.pushImage(repository, tag, image);
  twin.fly.addApp({ name: vendure.app, hosts: [new URL(vendure['public-url']).hostname], secrets: secretsOf(vendure, await twin.database.create(databaseOf(vendure.app))) });
  const flyToml = parseToml(await readFile(join(tree, vendure['fly-config']), 'utf8'));
  await twin.fly.seedRelease({ app: vendure.app, image: { repository, tag }, flyToml });
}
