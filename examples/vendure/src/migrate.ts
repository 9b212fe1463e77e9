// The release command: brings the schema to what this image needs. Vendure sets exit code 1 when a migration fails, and undoes that one.
import { runMigrations } from '@vendure/core';
import { config } from './vendure-config';

runMigrations(config).then(
  (done) => console.log(`${done.length} migrations applied`),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
