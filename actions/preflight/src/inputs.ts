import { input } from '@vendure-deploy/shared/action';

export const inputs = {
  config: input.text({ description: 'Path of the deploy configuration', default: '.github/deploy.config.yml' }),
  environment: input.text({ description: 'Environment to deploy, as in the configuration', required: true }),
  ref: input.text({ description: 'Branch, tag or full SHA to deploy (empty: the commit of this run)' }),
  'github-token': input.secret({ description: 'Token that may read contents and actions of this repository', required: true }),
  'fly-api-token': input.secret({ description: 'Fly token that may deploy the app; needed when vendure is true' }),
  'cloudflare-api-token': input.secret({ description: 'Cloudflare token that may edit the Workers; needed when dashboard or storefront is true' }),
  vendure: input.boolean({ description: 'Vendure will be deployed', default: 'true' }),
  dashboard: input.boolean({ description: 'The Dashboard will be deployed', default: 'true' }),
  storefront: input.boolean({ description: 'The Storefront will be deployed', default: 'true' }),
  'skip-auth-check': input.boolean({ description: 'Leave out the checks of credentials; the summary names them', default: 'false' }),
  'skip-lock': input.boolean({ description: 'Leave out the check of the deploy lock; the summary names it', default: 'false' }),
  'allow-non-main': input.boolean({ description: 'The commit need not be on the default branch', default: 'false' }),
  'allow-pending-migration': input.boolean({ description: 'A migration that came since what serves may run', default: 'false' }),
  'allow-older': input.boolean({ description: 'The commit may be older than what serves', default: 'false' }),
};
