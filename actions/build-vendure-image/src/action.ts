import { defineAction } from '@vendure-deploy/shared/action';
import { inputs } from './inputs.ts';
import { outputs } from './outputs.ts';
import { run } from './run.ts';

export const action = defineAction({
  name: 'build-vendure-image',
  description: "Reuses the image of a commit, copies another environment's, or builds it, and proves by reading back that it is that commit's",
  inputs,
  outputs,
  run,
});
