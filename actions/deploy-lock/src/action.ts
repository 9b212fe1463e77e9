import { defineAction } from '@vendure-deploy/shared/action';
import { inputs } from './inputs.ts';
import { post } from './post.ts';
import { run } from './run.ts';

export const action = defineAction({
  name: 'deploy-lock',
  description: 'Takes, gives back or reads the deploy lock of one environment, by compare-and-swap on a ref',
  inputs,
  outputs: {
    'held-by': 'URL of the run that holds the lock, or local: and the machine; empty when it is free',
    sequence: 'Fencing number of the last known state of the lock',
    nonce: 'Nonce of the holder, when this run holds the lock: for `lock-nonce` of what writes',
  },
  run,
  post,
});
