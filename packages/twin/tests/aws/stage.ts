import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, type GetSecretValueCommandOutput, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { type AwsWorld, createAwsWorld } from '../../src/aws/index.ts';
import { createFaultScript } from '../../src/faults/index.ts';
import { createIssuer, type IdentityOfJob, type Issuer } from '../../src/github/identity.ts';
import { startProxy } from '../../src/proxy/index.ts';
import { createRecorder, type Recorder } from '../../src/record/index.ts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Stage {
  readonly aws: AwsWorld;
  readonly issuer: Issuer;
  readonly recorder: Recorder;
  /** AWS's own clients, which only their agent leads to the twin. */
  sts(credentials?: Credentials): STSClient;
  manager(credentials: Credentials): { readonly client: SecretsManagerClient; get(id: string, stage?: string): Promise<GetSecretValueCommandOutput> };
  /** A token of GitHub's for the job; as its own issuer gives it. */
  token(audience?: string, job?: Partial<IdentityOfJob>): Promise<string>;
  /** The twin's clock goes on by that much. */
  pass(milliseconds: number): void;
  stop(): Promise<void>;
}

export const JOB: IdentityOfJob = {
  repository: 'example/shop', ref: 'refs/heads/main', sha: 'a'.repeat(40), actor: 'operator', runId: 7, runAttempt: 1, environment: 'production', permissions: { 'id-token': 'write' },
  jobWorkflowRef: 'example/suite/.github/workflows/deploy-environment.yml@refs/heads/main',
};
const REGION = 'ap-northeast-1';
const NOBODY: Credentials = { accessKeyId: 'nobody', secretAccessKey: 'nothing' };

export async function openStage(faults: readonly string[] = []): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'aws-'));
  let passed = 0;
  const now = (): number => Date.now() + passed;
  const issuer = createIssuer(now);
  const aws = createAwsWorld({ verify: (token) => issuer.verify(token), now });
  const recorder = createRecorder(directory);
  const script = createFaultScript(faults, { speed: 10 });
  const proxy = await startProxy({ directory, providers: [aws.provider], faults: () => script, recorder, speed: 10, latencyMs: 0 });
  const requestHandler = { httpsAgent: { ca: await readFile(proxy.caFile, 'utf8'), proxyEnv: proxy.environment }, requestTimeout: 5_000, throwOnRequestTimeout: true };
  return {
    aws,
    issuer,
    recorder,
    sts: (credentials = NOBODY) => new STSClient({ region: REGION, credentials, requestHandler }),
    manager(credentials) {
      const client = new SecretsManagerClient({ region: REGION, credentials, requestHandler });
      return { client, get: (id, stage) => client.send(new GetSecretValueCommand({ SecretId: id, ...(stage === undefined ? {} : { VersionStage: stage }) })) };
    },
    async token(audience = 'sts.amazonaws.com', job = {}) {
      const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer = '' } = issuer.environmentOf({ ...JOB, ...job });
      const { value } = (await issuer.fetch(new Request(`${url}&audience=${audience}`, { headers: { authorization: `Bearer ${bearer}` } })).json()) as { value: string };
      return value;
    },
    pass: (milliseconds) => void (passed += milliseconds),
    async stop() {
      await proxy.stop();
      await recorder.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
