import { defineAction } from '@vendure-deploy/shared/action';
import { inputs, outputs } from './io.ts';
import { run } from './run.ts';

export const action = defineAction({
  name: 'fly-deploy',
  description: 'Deploys an image to Fly with flyctl, then proves from the Machines and the public URL which commit serves',
  inputs,
  outputs,
  run,
});
