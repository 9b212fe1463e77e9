import { expect, test } from '@jest/globals';
import { LONG, rehearsed } from '../stage.ts';

// The branch keyless: staging takes every secret from AWS, and its GitHub Environment holds none.

test(
  'a deploy without any secret at GitHub: each job takes the role by its own identity, and reads what it needs by itself',
  async () => {
    const { outcome, log, exitCode } = await rehearsed('deploy-staging', '--ref', 'keyless');
    expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', 'stray-calls': [], rehearsal: { ok: true } });
    const from = (place: string): string[] => [...log.matchAll(new RegExp(`^\\S.* / (\\S+) \\| \\S+ \\| Secrets: (.*${place}.*)$`, 'gmu'))].flatMap(([, job = '', said = '']) => [...said.matchAll(/(\w+) from AWS/gu)].map(([, name = '']) => `${job} ${name}`));
    expect(from('AWS, shop/staging/deploy#').toSorted()).toEqual([
      'dashboard CLOUDFLARE_API_TOKEN', 'image FLY_API_TOKEN', 'preflight CLOUDFLARE_API_TOKEN', 'preflight COMMAND_ENVIRONMENT', 'preflight FLY_API_TOKEN', 'storefront CLOUDFLARE_API_TOKEN',
      'vendure COMMAND_ENVIRONMENT', 'vendure FLY_API_TOKEN', 'vendure FLY_SECRETS', 'verify JOBS_TOKEN',
    ]);
    expect(log).not.toMatch(/Secrets: .*from the (?:input|step)/u);
    expect(exitCode).toBe(0);
  },
  2 * LONG,
);

test(
  'a role that may not read them: the first job says which right is missing, and nothing is written anywhere',
  async () => {
    const refusal = 'User: arn:aws:sts::111122223333:assumed-role/shop-staging-deploy/x is not authorized to perform: secretsmanager:GetSecretValue';
    const { outcome, exitCode } = await rehearsed('deploy-staging', '--ref', 'keyless', '--fault', `aws GetSecretValue * 400 ${JSON.stringify({ __type: 'AccessDeniedException', message: refusal })}`);
    expect(outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', writes: 0, 'stray-calls': [], rehearsal: { ok: true } });
    expect(outcome.truth.after).toEqual(outcome.truth.before);
    expect(outcome.annotations.map(({ message }) => message)).toContainEqual(
      expect.stringContaining(`preflight: AWS did not give the secret "shop/staging/deploy": AccessDeniedException, ${refusal}. Correct it in AWS, then run this again. Nothing was written.`),
    );
    expect(exitCode).toBe(1);
  },
  LONG,
);
