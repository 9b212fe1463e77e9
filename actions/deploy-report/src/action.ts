import { defineAction } from '@vendure-deploy/shared/action';
import { inputs, outputs } from './io.ts';
import { run } from './run.ts';

export const action = defineAction({
  name: 'deploy-report',
  description: 'Reads what every surface serves, gives one verdict over all of them, and says which command comes next',
  inputs,
  outputs,
  run,
});
