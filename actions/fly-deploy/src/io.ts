import { input } from '@vendure-deploy/shared/action';
import { credential } from '@vendure-deploy/shared/credentials';
import { slaInputs } from '@vendure-deploy/shared/sla';

export const inputs = {
  config: input.text({ description: "The shop's deploy configuration, from the workspace's root", default: '.github/deploy.config.yml' }),
  environment: input.text({ description: 'Environment of the configuration', required: true }),
  sha: input.sha({ description: 'The commit that is to serve, 40 hexadecimal digits', required: true, handedOn: true }),
  'image-tag': input.text({ description: 'Tag of the image in the configured repository', required: true, handedOn: true }),
  'image-digest': input.text({ description: 'Digest of that image; given, the Machines must run exactly it' }),
  'fly-api-token': input.secret({ description: 'Fly token that may deploy the app', from: credential('FLY_API_TOKEN', { required: true }) }),
  'redis-fly-api-token': input.secret({ description: 'Fly token that may deploy the Redis app; for a configuration with `redis`', from: credential('REDIS_FLY_API_TOKEN') }),
  'github-token': input.secret({ description: 'Renews the deploy lock right before flyctl, and compares the commit with what serves; without it neither is done' }),
  'lock-nonce': input.text({ description: 'Output `nonce` of the step that acquired the deploy lock (empty: whatever lock this attempt of the run holds)' }),
  'lock-repository': input.text({ description: 'owner/name of the repository that holds the lock (empty: this one)' }),
  strategy: input.choice({ description: 'Strategy for this run only; empty: the one of fly.toml', values: ['canary', 'bluegreen', 'rolling', 'immediate'] }),
  'max-unavailable': input.text({ description: 'For rolling: how many Machines, or which share, may be away at once' }),
  rollback: input.choice({ description: 'auto: when some of it is new and some old, deploy the previous image again; database and secrets are not brought back', values: ['none', 'auto'], default: 'none' }),
  redeploy: input.boolean({ description: 'Deploy even when the commit serves already', default: 'false' }),
  'allow-older': input.boolean({ description: 'Deploy also when what serves is newer than the commit', default: 'false' }),
  'fly-secrets': input.secret({ description: 'One JSON object of the wanted secrets, name to text; for a configuration with `secrets.source: inputs`', from: credential((given) => (given('skip-secrets-sync') === 'true' ? null : 'FLY_SECRETS')) }),
  'aws-profile': input.text({ description: "Profile of ~/.aws that reads the secrets, instead of the job's own identity; for a laptop" }),
  'skip-secrets-sync': input.boolean({ description: 'Leave the secrets at Fly as they are, and do not look at them', default: 'false' }),
  'skip-redis-sync': input.boolean({ description: 'Leave the Redis app as it is, and do not look at it', default: 'false' }),
  'skip-machine-settle': input.boolean({ description: 'Do not wait until every Machine has settled, nor look whether a host is unreachable', default: 'false' }),
  'allow-pending-migration': input.boolean({ description: 'Drift that the pending migrations of the commit take away is a warning', default: 'false' }),
  'skip-drift-audit': input.boolean({ description: "Do not run the configuration's `commands.drift-audit`", default: 'false' }),
  'skip-backup': input.boolean({ description: "Do not run the configuration's `commands.backup`", default: 'false' }),
  'backup-marker': input.text({ description: 'Output `backup-marker` of an earlier step of this run: its backup stands, and none is taken' }),
  'command-environment': input.secret({ description: "Lines NAME=VALUE: the variables that the configuration's `commands.environment` names", from: credential('COMMAND_ENVIRONMENT') }),
  ...slaInputs,
  'settle-seconds': input.seconds({ description: 'Longest wait for the Machines to settle', default: '90', min: 1 }),
  'deploy-timeout-seconds': input.seconds({ description: 'Longest time for flyctl, a second run included', default: '1800', min: 30 }),
  'gate-seconds': input.seconds({ description: 'Longest time for what flyctl left to converge', default: '120', min: 1 }),
  'read-interval-seconds': input.seconds({ description: 'Pause between two reads of the gate', default: '2', min: 1 }),
  'flyctl-version': input.text({ description: "flyctl release; empty: that of the configuration, of the shop's mise.toml or .tool-versions, else the suite's pin" }),
  'flyctl-sha256': input.text({ description: "Digest of flyctl's release archive; empty: the configuration's, else the release's own checksums" }),
};

export const outputs = {
  'serving-sha': 'The commit that the public URL was read to serve; empty when it could not be read',
  'serving-sha-by-group': 'JSON: the commits that the Machines of each process group run',
  'previous-sha': 'The commit that the public URL served before',
  'image-digest': 'Digest of the image that the Machines run',
  'backup-marker': 'The backup of this run, for later steps of it; empty without one',
  'release-id': "Fly's id of that release",
  'release-version': "Fly's release that the Machines run",
};
