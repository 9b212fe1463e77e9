import { bootstrap } from '@vendure/core';
import { requireSecrets } from './settings';
import { config } from './vendure-config';

requireSecrets();
// No migration here: a server that has failed to migrate would serve all the same. The release command migrates (migrate.ts).
bootstrap(config).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
