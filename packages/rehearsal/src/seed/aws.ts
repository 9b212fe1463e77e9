import type { Twin } from '@vendure-deploy/twin';
import type { ShopConfig } from '../shop/config.ts';
import { secretsAtFirst } from '../world/environment-secrets.ts';

const ISSUER = 'token.actions.githubusercontent.com';

/**
 * The shop's AWS account: for each environment one secret with what its GitHub Environment holds as well, and a role that only jobs of the suite's workflows in
 * just that environment may take, as docs/secrets.md has it. The account lives in the process, so that every host of a world fills it anew.
 */
export function fillVault(aws: Twin['aws'], facts: Parameters<typeof secretsAtFirst>[0], shop: ShopConfig, repositories: { readonly shop: string; readonly suite: string }): void {
  for (const [name, environment] of Object.entries(shop.environments)) {
    const secret = `shop/${name}/deploy`;
    aws.putSecret(secret, JSON.stringify(secretsAtFirst(facts, shop, environment)));
    aws.addRole({
      name: `shop-${name}-deploy`,
      secrets: [secret],
      trust: {
        Version: '2012-10-17',
        Statement: [{
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${aws.account}:oidc-provider/${ISSUER}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: `repo:${repositories.shop}:environment:${name}` },
            StringLike: { [`${ISSUER}:job_workflow_ref`]: `${repositories.suite}/.github/workflows/*` },
          },
        }],
      },
    });
  }
}
