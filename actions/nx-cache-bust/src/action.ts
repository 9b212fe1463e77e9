import { defineAction } from '@vendure-deploy/shared/action';
import { inputs, outputs } from './io.ts';
import { run } from './run.ts';

export const action = defineAction({
  name: 'nx-cache-bust',
  description: "Deletes the entries of GitHub's cache from which a job would restore a rotten Nx output, and looks until they are gone",
  inputs,
  outputs,
  run,
});
