import { defineAction } from '@vendure-deploy/shared/action';
import { inputs } from './inputs.ts';
import { run } from './run.ts';

export const action = defineAction({
  name: 'preflight',
  description: 'Decides, before anything is written, which commit is deployed and whether the deploy may start',
  inputs,
  outputs: {
    sha: 'Full SHA of the commit to deploy',
    'image-tag': 'Tag of the Vendure image of that commit for this environment',
    'lock-repository': 'owner/name of the repository that holds the lock, by the configuration; empty: this one',
    'started-at': 'When this attempt of the run began, RFC 3339; empty when GitHub did not say',
    forecast: 'What each phase of this run usually takes, as JSON, for the deploying actions; empty when too few earlier deploys are known',
    'backup-marker': 'The backup of this run, for later steps of it; empty without one',
  },
  run,
});
