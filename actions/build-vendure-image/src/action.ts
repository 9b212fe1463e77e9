import { defineAction } from '@vendure-deploy/shared/action';
import { inputs } from './inputs.ts';
import { run } from './run.ts';

export const action = defineAction({
  name: 'build-vendure-image',
  description: 'Reuses the image of a commit, or builds and pushes it, and proves by reading back that it is that commit\'s',
  inputs,
  outputs: {
    'image-tag': 'Tag of the image, without registry and repository',
    'image-digest': 'Digest of the manifest that the tag names',
    source: 'reused or built',
  },
  run,
});
