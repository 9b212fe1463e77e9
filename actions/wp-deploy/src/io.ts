import { type ActionContext, type ActionResult, input } from '@vendure-deploy/shared/action';

export const inputs = {
  config: input.text({ description: "The shop's deploy configuration, from the workspace's root", default: '.github/deploy.config.yml' }),
  environment: input.text({ description: 'Environment of the configuration', required: true }),
  operation: input.choice({ description: 'build (in a job without secrets), deploy, return (to an earlier copy that the host keeps) or status', values: ['build', 'deploy', 'return', 'status'], required: true }),
  sha: input.sha({ description: 'For build and deploy: the commit that is checked out, and is to serve, 40 hexadecimal digits' }),
  'to-sha': input.sha({ description: 'For return: the commit of the copy that is to serve again (empty: the newest copy)' }),
  'artifact-directory': input.text({ description: 'Folder that build writes and deploy reads; outside the checkout' }),
  'ssh-key': input.secret({ description: 'For all but build: private key without a passphrase that the host lets in' }),
  redeploy: input.boolean({ description: 'Deploy even when the commit serves already', default: 'false' }),
  'dry-run': input.boolean({ description: 'For deploy and return: only show what would change; nothing is changed', default: 'false' }),
  attempts: input.integer({ description: 'How often the public pages are asked for until they answer as they should', default: '6', min: 1, max: 100 }),
  'interval-seconds': input.seconds({ description: 'Pause between two of these attempts', default: '5', max: 300 }),
  'timeout-seconds': input.seconds({ description: 'Longest time for one answer', default: '10', min: 1, max: 300 }),
  'connect-seconds': input.seconds({ description: 'Longest time for a connection to the host', default: '10', min: 1, max: 120 }),
  'retry-seconds': input.seconds({ description: 'Pause before what the network broke is tried again, at most three times in all', default: '2', max: 60 }),
  'upload-timeout-seconds': input.seconds({ description: 'Longest time for one upload', default: '600', min: 1, max: 3600 }),
  'build-timeout-seconds': input.seconds({ description: "Longest time for the shop's install, and for its build", default: '900', min: 10 }),
};

export const outputs = {
  'serving-sha': 'The commit of the copy that is live, as it was read from the host; empty when it has none or could not be read',
  'previous-sha': 'The commit that was live before',
  'plugin-version': 'The version that WordPress reads of the live copy',
  added: 'How many files the live copy did not have before, or would get',
  changed: 'How many files have other content than before',
  deleted: 'How many files the live copy has not any more',
  copies: 'The earlier copies that the host keeps, as JSON, the newest first',
  url: 'The public URL of the site',
} as const;

export type Inputs = typeof inputs;
export type Context = ActionContext<Inputs>;
export type Result = ActionResult<typeof outputs>;
