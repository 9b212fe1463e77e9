import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Keys, Principal } from './accounts.ts';
import { AwsRefusal } from './refusal.ts';

/** One version of a secret: exactly one is AWSCURRENT; while a rotation is on, another one is AWSPENDING. */
interface Version {
  readonly id: string;
  readonly value: string | Uint8Array;
  readonly createdAt: number;
  readonly stages: readonly string[];
}

export interface Read {
  readonly secret: string;
  readonly version: string;
  /** The ARN of whoever signed. */
  readonly by: string;
}

export interface Vaults {
  /** A new version, which the stage is moved to. @returns its id */
  put(name: string, value: string | Uint8Array, stage: 'AWSCURRENT' | 'AWSPENDING'): string;
  /** Which secrets were given to whom, in order. */
  readonly reads: readonly Read[];
  /** @throws {AwsRefusal} */
  answer(request: Request, body: string): Response;
}

interface Options {
  readonly account: string;
  readonly keys: Keys;
}

const one = z.object({ SecretId: z.string().min(1), VersionId: z.string().optional(), VersionStage: z.string().optional() });
const batch = z.object({ SecretIdList: z.array(z.string()).min(1).max(20) });

export function createVaults({ account, keys }: Options): Vaults {
  const secrets = new Map<string, readonly Version[]>();
  const reads: Read[] = [];
  return {
    reads,
    put(name, value, stage) {
      const version: Version = { id: randomUUID(), value, createdAt: Date.now(), stages: [stage] };
      const before = (secrets.get(name) ?? []).map((old) => ({ ...old, stages: old.stages.filter((held) => held !== stage) }));
      secrets.set(name, [...before, version]);
      return version.id;
    },
    answer(request, body) {
      const principal = keys.signer(request, body, 'secretsmanager');
      const { hostname } = new URL(request.url);
      const arn = (name: string): string => `arn:aws:secretsmanager:${hostname.split('.')[1] ?? ''}:${account}:secret:${name}-TwIn00`;
      switch (request.headers.get('x-amz-target')) {
        case 'secretsmanager.GetSecretValue': return json(get(parsed(one, body), principal, arn));
        case 'secretsmanager.BatchGetSecretValue': return json(getAll(parsed(batch, body).SecretIdList, principal, arn));
        default: throw new AwsRefusal('UnknownOperationException', 400, '');
      }
    },
  };

  function get({ SecretId: id, VersionId: version, VersionStage: stage }: z.infer<typeof one>, principal: Principal, arn: (name: string) => string): Record<string, unknown> {
    const name = id.startsWith('arn:') ? id.replace(/^.*:secret:(.*)-\w{6}$/u, '$1') : id;
    if (!principal.secrets.includes('*') && !principal.secrets.includes(name)) {
      throw new AwsRefusal('AccessDeniedException', 400, `User: ${principal.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${name} because no identity-based policy allows the secretsmanager:GetSecretValue action`);
    }
    const versions = secrets.get(name);
    if (versions === undefined) throw new AwsRefusal('ResourceNotFoundException', 400, "Secrets Manager can't find the specified secret.");
    const found = versions.find((one) => (version === undefined ? one.stages.includes(stage ?? 'AWSCURRENT') : one.id === version));
    if (found === undefined) throw new AwsRefusal('ResourceNotFoundException', 400, `Secrets Manager can't find the specified secret value for staging label: ${stage ?? 'AWSCURRENT'}`);
    reads.push({ secret: name, version: found.id, by: principal.arn });
    const value = typeof found.value === 'string' ? { SecretString: found.value } : { SecretBinary: Buffer.from(found.value).toString('base64') };
    // Epoch seconds with a fraction, as AWS's JSON has times.
    return { ARN: arn(name), Name: name, VersionId: found.id, ...value, VersionStages: found.stages, CreatedDate: found.createdAt / 1000 };
  }

  /** A partial failure is a 200, with the errors beside the values. */
  function getAll(ids: readonly string[], principal: Principal, arn: (name: string) => string): Record<string, unknown> {
    const values: unknown[] = [];
    const errors: unknown[] = [];
    for (const id of ids) {
      try {
        values.push(get({ SecretId: id }, principal, arn));
      } catch (error) {
        if (!(error instanceof AwsRefusal)) throw error;
        errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
      }
    }
    return { SecretValues: values, Errors: errors };
  }
}

function parsed<T>(shape: z.ZodType<T>, body: string): T {
  try {
    return shape.parse(JSON.parse(body));
  } catch {
    throw new AwsRefusal('ValidationException', 400, '1 validation error detected');
  }
}

export function refuseManager({ code, status, message }: AwsRefusal): Response {
  return json({ __type: code, message }, status);
}

function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/x-amz-json-1.1', date: new Date().toUTCString() } });
}
