import { defineAction } from '@vendure-deploy/shared/action';
import { inputs, outputs } from './io.ts';
import { post } from './post.ts';
import { run } from './run.ts';

export const action = defineAction({
  name: 'wp-deploy',
  description: "Builds a WordPress plugin without secrets, or brings it to its host by rsync beside the live copy, switches by a rename, and proves what the host has and the public gets",
  inputs,
  outputs,
  run,
  post,
});
