import { defineAction } from '@vendure-deploy/shared/action';
import { inputs, outputs } from './io.ts';
import { run } from './run.ts';

export const action = defineAction({
  name: 'post-deploy-verify',
  description: 'Probes what the public gets from each surface, until it is right or the attempts are spent',
  inputs,
  outputs,
  run,
});
