import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { TrustDocument } from '../../src/aws/trust.ts';
import type { IdentityOfJob } from '../../src/github/identity.ts';
import { openStage, type Stage } from './stage.ts';

// The policies of docs/secrets.md, held against tokens that the rehearsed GitHub signs, by an STS that evaluates them.

const text = await readFile(join(import.meta.dirname, '../../../../docs/secrets.md'), 'utf8');
const policies = new Map([...text.matchAll(/<!-- (.+?) -->\n```json\n([\s\S]*?)```/gu)].map(([, name = '', json = '']) => [name, JSON.parse(json) as unknown]));

const SUITE = 'vendure-deploy/suite/.github/workflows';
const IDS = { owner: 123_456, repository: 456_789 };
const production: Partial<IdentityOfJob> = { environment: 'production', jobWorkflowRef: `${SUITE}/deploy-environment.yml@refs/tags/v1` };
const staging = { ...production, environment: 'staging' };
const withIds = { ...production, ids: IDS };

let on: Stage;
beforeAll(async () => void (on = await openStage()));
afterAll(() => on.stop());

type Answer = 'let in' | 'AccessDenied';

test.each<[policy: string, job: string, token: Partial<IdentityOfJob>, answer: Answer]>([
  ['trust: production, by name', "production's jobs", production, 'let in'],
  ['trust: production, by name', 'a job of verify, of another lane of the suite', { ...production, jobWorkflowRef: `${SUITE}/verify.yml@refs/tags/v1` }, 'let in'],
  ['trust: production, by name', "prod-preview's, which stand in production's environment", { ...production, jobWorkflowRef: `${SUITE}/deploy-prod-preview.yml@refs/tags/v1` }, 'let in'],
  ['trust: production, by name', "staging's", staging, 'AccessDenied'],
  ['trust: production, by name', 'a job without an environment', { ...production, environment: null }, 'AccessDenied'],
  ['trust: production, by name', "a fork's", { ...production, repository: 'stranger/shop' }, 'AccessDenied'],
  ['trust: production, by name', "that of a workflow which somebody added to the shop", { ...production, jobWorkflowRef: 'example/shop/.github/workflows/mine.yml@refs/heads/main' }, 'AccessDenied'],
  ['trust: production, by name', 'that of another ref of the suite', { ...production, jobWorkflowRef: `${SUITE}/deploy-environment.yml@refs/heads/wip` }, 'AccessDenied'],
  ['trust: production, by name', "that of a fork of the suite", { ...production, jobWorkflowRef: 'stranger/suite/.github/workflows/deploy-environment.yml@refs/tags/v1' }, 'AccessDenied'],
  ['trust: production, by name', 'a repository whose subjects have ids', withIds, 'AccessDenied'],
  ['trust: production, by id', "production's jobs, with ids", withIds, 'let in'],
  ['trust: production, by id', 'a repository made anew under the old name', { ...withIds, ids: { ...IDS, repository: 999_999 } }, 'AccessDenied'],
  ['trust: production, by id', 'a subject without ids', production, 'AccessDenied'],
  ['trust: production, by id', "staging's, with ids", { ...withIds, environment: 'staging' }, 'AccessDenied'],
  ['trust: staging, by name', "staging's jobs", staging, 'let in'],
  ['trust: staging, by name', "production's", production, 'AccessDenied'],
  ['trust: staging, by name', "a fork's", { ...staging, repository: 'stranger/shop' }, 'AccessDenied'],
])('%s: %s', async (policy, _job, job, answer) => {
  const role = on.aws.addRole({ name: 'documented', secrets: [], trust: policies.get(policy) as TrustDocument });
  const asked = on.sts().send(new AssumeRoleWithWebIdentityCommand({ RoleArn: role, RoleSessionName: 'gh-7-1', WebIdentityToken: await on.token('sts.amazonaws.com', job), DurationSeconds: 900 }));
  expect(await asked.then(() => 'let in', (error: unknown) => (error instanceof Error ? error.name : ''))).toBe(answer);
});

test('each policy of the page is one of those above, or the permissions', () => {
  expect([...policies.keys()].toSorted()).toEqual(['permissions: production', 'trust: production, by id', 'trust: production, by name', 'trust: staging, by name']);
});

const permissions = z.strictObject({ Version: z.literal('2012-10-17'), Statement: z.tuple([z.strictObject({ Effect: z.literal('Allow'), Action: z.literal('secretsmanager:GetSecretValue'), Resource: z.string() })]) });

test.each([
  ['shop/production/deploy', true],
  ['shop/production/deploy-old', false],
  ['shop/production/deploy/more', false],
  ['shop/staging/deploy', false],
])('the documented permissions for %s: %s', async (name, isAllowed) => {
  const { Statement: [{ Resource: resource }] } = permissions.parse(policies.get('permissions: production'));
  on.aws.putSecret(name, 'value');
  const { accessKeyId, secretAccessKey } = on.aws.addUser({ name: 'reader', secrets: ['*'] });
  const { ARN: arn = '' } = await on.manager({ accessKeyId, secretAccessKey }).get(name);
  const pattern = resource.split(/([*?])/u).map((part) => (part === '*' ? '.*' : part === '?' ? '.' : RegExp.escape(part))).join('');
  // The region is that of the client; which secret it is, is what is compared.
  expect(new RegExp(`^${pattern}$`, 'u').test(arn.replace(/(?<=secretsmanager:)[^:]*/u, 'eu-central-1'))).toBe(isAllowed);
});
