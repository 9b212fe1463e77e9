import { defineAction } from '@vendure-deploy/shared/action';
import { inputs, outputs } from './io.ts';
import { post } from './post.ts';
import { run } from './run.ts';

export const action = defineAction({
  name: 'cf-worker-deploy',
  description: "Builds a Worker without secrets, or deploys what was built with the shop's own wrangler and proves which version the public gets",
  inputs,
  outputs,
  run,
  post,
});
