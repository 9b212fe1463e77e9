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
    'backup-marker': 'The backup of this run, for later steps of it; empty without one',
  },
  run,
});
