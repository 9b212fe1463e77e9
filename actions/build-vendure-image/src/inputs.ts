import { input } from '@vendure-deploy/shared/action';

export const inputs = {
  config: input.text({ description: 'Path of the deploy configuration', default: '.github/deploy.config.yml' }),
  environment: input.text({ description: 'Environment to deploy, as in the configuration', required: true }),
  sha: input.sha({ description: 'Commit that the image must be built from', required: true }),
  'image-tag': input.text({ description: 'Tag of the image (empty: the environment and the SHA, as production-<sha>)' }),
  'registry-token': input.secret({ description: 'Token that may pull from and push to the image repository', required: true }),
  'require-prebuilt': input.boolean({ description: 'Fail instead of building when the registry has no image of the SHA', default: 'false' }),
};
