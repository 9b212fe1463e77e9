import { input } from '@vendure-deploy/shared/action';

export const inputs = {
  config: input.text({ description: "The shop's deploy configuration, from the workspace's root", default: '.github/deploy.config.yml' }),
  environment: input.text({ description: 'Environment of the configuration', required: true }),
  sha: input.sha({ description: 'The commit that every surface must serve; empty: only that they serve one and are healthy' }),
  surfaces: input.list({ description: 'Surfaces to probe, one a line; empty: all that the configuration has' }),
  attempts: input.integer({ description: 'Attempts per surface', default: '6', min: 1, max: 100 }),
  'interval-seconds': input.seconds({ description: 'Pause between two attempts', default: '5', min: 1 }),
  'timeout-seconds': input.seconds({ description: 'Longest time for one answer', default: '5', min: 1 }),
};

export const outputs = {
  ok: 'true when every probe of every surface passed, else false',
};
