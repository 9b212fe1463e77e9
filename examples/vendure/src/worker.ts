import { bootstrapWorker } from '@vendure/core';
import { requireSecrets } from './settings';
import { config } from './vendure-config';

requireSecrets();
bootstrapWorker(config)
  .then((worker) => worker.startJobQueue())
  .catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
