import { input } from '@vendure-deploy/shared/action';
import { credential } from '@vendure-deploy/shared/credentials';

export const inputs = {
  config: input.text({ description: 'Path of the deploy configuration', default: '.github/deploy.config.yml' }),
  environment: input.text({ description: 'Environment to deploy, as in the configuration', required: true }),
  sha: input.sha({ description: 'Commit that the image must be built from', required: true, handedOn: true }),
  'image-tag': input.text({ description: 'Tag of the image (empty: the environment and the SHA, as production-<sha>)' }),
  image: input.text({ description: 'An image to use instead of looking for one: host/name with a tag, a digest or both' }),
  'promote-from': input.text({ description: 'Environment whose image of the same SHA is copied when this one has none; none: do not (empty: as configured)' }),
  'registry-token': input.secret({ description: 'Token that may pull from and push to the image repository', from: credential('FLY_API_TOKEN', { required: true }) }),
  'source-registry-token': input.secret({ description: 'Token that may pull the image which is copied (empty: registry-token)', from: credential('SOURCE_FLY_API_TOKEN') }),
  'lock-nonce': input.text({ description: 'Output `nonce` of the step that acquired the deploy lock, which is then renewed right before a tag is written; needs `github-token` (empty: nothing is fenced)' }),
  'lock-repository': input.text({ description: 'owner/name of the repository that holds the lock (empty: this one)' }),
  'github-token': input.secret({ description: 'Token that may write contents of the lock repository' }),
  'registry-username': input.text({ description: "User name at the registry; Fly's takes any", default: 'x' }),
  'require-prebuilt': input.boolean({ description: 'Fail instead of building when the registry has no image of the SHA', default: 'false' }),
  'build-secrets': input.secrets({ description: 'Lines ID=VALUE, which the Dockerfile takes by RUN --mount=type=secret,id=ID' }),
  cache: input.choice({ description: "Build cache; auto: GitHub's where the runner offers it, else a local directory", values: ['auto', 'gha', 'local', 'none'], default: 'auto' }),
  'cache-mode': input.choice({ description: 'min: layers of the image alone; max: of every stage', values: ['min', 'max'], default: 'min' }),
  'cache-directory': input.text({ description: 'Folder of the local build cache (empty: in the cache folder of the user)' }),
  'registry-cache-to': input.boolean({ description: 'Write the build cache to the registry as well', default: 'false' }),
  provenance: input.choice({ description: 'Attestation by BuildKit; Fly takes no index with one', values: ['false', 'mode=min', 'mode=max'], default: 'false' }),
  'push-retries': input.integer({ description: 'How often a push is tried again when the registry is unwell', default: '2', min: 0, max: 10 }),
  'registry-timeout-seconds': input.seconds({ description: 'Longest time for looking up and copying', default: '240', min: 5 }),
  'build-timeout-seconds': input.seconds({ description: 'Longest time for the build with all its attempts', default: '1500', min: 30 }),
  'attempt-timeout-seconds': input.seconds({ description: "Longest time of an attempt that uses GitHub's cache; 0: 60 % of what is left, at least 180", default: '0' }),
  'summary-directory': input.text({ description: "Folder for the summary and docker's log (empty: vendure-image-build in the runner's temporary folder)" }),
};
