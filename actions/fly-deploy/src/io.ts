import { input } from '@vendure-deploy/shared/action';

export const inputs = {
  config: input.text({ description: "The shop's deploy configuration, from the workspace's root", default: '.github/deploy.config.yml' }),
  environment: input.text({ description: 'Environment of the configuration', required: true }),
  sha: input.sha({ description: 'The commit that is to serve, 40 hexadecimal digits', required: true }),
  'image-tag': input.text({ description: 'Tag of the image in the configured repository', required: true }),
  'image-digest': input.text({ description: 'Digest of that image; given, the Machines must run exactly it' }),
  'fly-api-token': input.secret({ description: 'Fly token that may deploy the app', required: true }),
  'github-token': input.secret({ description: 'Renews the deploy lock right before flyctl, and compares the commit with what serves; without it neither is done' }),
  strategy: input.choice({ description: 'Strategy for this run only; empty: the one of fly.toml', values: ['canary', 'bluegreen', 'rolling', 'immediate'] }),
  'max-unavailable': input.text({ description: 'For rolling: how many Machines, or which share, may be away at once' }),
  redeploy: input.boolean({ description: 'Deploy even when the commit serves already', default: 'false' }),
  'allow-older': input.boolean({ description: 'Deploy also when what serves is newer than the commit', default: 'false' }),
  'fly-secrets': input.secret({ description: 'One JSON object of the wanted secrets, name to text; for a configuration with `secrets.source: inputs`' }),
  'aws-profile': input.text({ description: "Profile of ~/.aws that reads the secrets, instead of the job's own identity; for a laptop" }),
  'skip-secrets-sync': input.boolean({ description: 'Leave the secrets at Fly as they are, and do not look at them', default: 'false' }),
  'skip-machine-settle': input.boolean({ description: 'Do not wait until every Machine has settled, nor look whether a host is unreachable', default: 'false' }),
  'settle-seconds': input.seconds({ description: 'Longest wait for the Machines to settle', default: '90', min: 1 }),
  'deploy-timeout-seconds': input.seconds({ description: 'Longest time for flyctl, a second run included', default: '1800', min: 30 }),
  'gate-seconds': input.seconds({ description: 'Longest time for what flyctl left to converge', default: '120', min: 1 }),
  'read-interval-seconds': input.seconds({ description: 'Pause between two reads of the gate', default: '2', min: 1 }),
  'flyctl-version': input.text({ description: 'flyctl release; empty: the one of the configuration' }),
  'flyctl-sha256': input.text({ description: "Digest of flyctl's release archive; empty: the configuration's, else the release's own checksums" }),
};

export const outputs = {
  'serving-sha': 'The commit that the public URL was read to serve; empty when it could not be read',
  'serving-sha-by-group': 'JSON: the commits that the Machines of each process group run',
  'previous-sha': 'The commit that the public URL served before',
  'image-digest': 'Digest of the image that the Machines run',
  'release-id': "Fly's id of that release",
  'release-version': "Fly's release that the Machines run",
};
