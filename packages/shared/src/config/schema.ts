import { z } from 'zod';
import { access, route } from './lane.ts';
import { pluginOutput } from './plugin-output.ts';
import { lacksNames, sameNames } from './redis-names.ts';
import { credentialSource, secretsSource } from './secrets-source.ts';
import { vendureVerify, workerVerify } from './steps.ts';
import { wordpress } from './wordpress.ts';

const text = z.string().min(1);
const path = text.regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\0\\]+$/).describe('A path within the repository');
const urlPath = z.string().regex(/^\/[^\s?#]*$/).describe('A path of the public URL, with its leading slash');
const publicUrl = z.string().regex(/^https?:\/\/[^\s/?#@]+$/).describe('Scheme and host, without a path');
const argv = z.array(text).min(1).describe('A command as a list of arguments; no shell reads it');
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/).describe('The name of an environment variable');
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

const shopCommand = z.strictObject({
  run: argv,
  'timeout-seconds': z.int().min(1).default(600).describe('Longest time, in seconds'),
});

/** What the shop itself can do for a deploy; the protocol is in docs/shop-contract.md. */
const commands = z.strictObject({
  environment: z.array(variable).default([]).describe('The variables that these commands get, from the input `command-environment`'),
  'drift-audit': shopCommand.optional(),
  backup: shopCommand.extend({
    'minimum-bytes': z.int().min(1).describe('A backup of fewer bytes is none'),
    'maximum-age-seconds': z.int().min(1).default(3600).describe('A backup that an earlier step of the run took stands as long as it is no older, in seconds'),
  }).optional(),
  repair: z.union([argv, z.array(argv).min(1)]).optional().describe('Makes the output that `plugin-output` names anew: one command, or a list of commands that run one after the other'),
});

/** The app of its own whose password the shop uses; what its image has to do is in docs/shop-contract.md. */
const redis = z.strictObject({
  app: name.describe('The Fly app of the Redis'),
  'fly-config': path,
  password: variable.describe('The name of the wanted secret with which the shop logs in; the Redis app gets it under the same name'),
  previous: variable.describe('The name of a further wanted secret, which the Redis app accepts as well; the shop does not get it'),
}).refine(({ password, previous }) => password !== previous, { path: ['previous'], error: sameNames });

const vendure = z.strictObject({
  app: name.describe('The Fly app'),
  'fly-config': path,
  'image-repository': text.describe('host/name, without tag and digest'),
  dockerfile: path,
  context: path,
  'process-groups': z.array(name).min(1),
  'public-url': publicUrl,
  'health-path': urlPath,
  'version-path': urlPath,
  'graphql-path': urlPath.optional(),
  strategy: z.enum(['canary', 'bluegreen', 'rolling', 'immediate']).optional().describe('Without it, the strategy of the Fly configuration'),
  migrations: text.optional().describe('A glob of the migration files'),
  'plugin-output': pluginOutput.optional(),
  commands: commands.optional(),
  secrets: secretsSource.optional(),
  redis: redis.optional(),
  verify: vendureVerify.optional().describe('What is proven after a deploy, beyond version, readiness and one GraphQL answer'),
}).superRefine((surface, context) => {
  for (const { key, message } of lacksNames(surface)) context.addIssue({ code: 'custom', path: ['redis', ...key], message });
});

const resources = z.strictObject({
  kv: z.array(z.string().min(1).max(512)).optional().describe('Titles of KV namespaces'),
  r2: z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/).describe('The name of an R2 bucket: 3 to 63 lower-case letters, digits and hyphens')).optional(),
});

/** A Worker of its own for each pull request, without anything that a deploy has. */
const preview = z.strictObject({
  worker: name.describe('What its names begin with: the Worker of pull request 12 is <worker>-12'),
  'wrangler-environment': text.describe("An environment of the wrangler configuration that no deploy uses, with `workers_dev: true` and bindings of its own"),
});

/** How traffic is shifted where a deploy is asked to do it in steps. */
const gradual = z.strictObject({
  steps: z.array(z.int().min(1).max(100)).min(1).optional().describe('Percentages of the new version, rising to 100; without them 10, 50, 100'),
  'soak-seconds': z.int().min(0).max(3600).optional().describe('How long each step is watched; without it 60'),
});

const worker = z.strictObject({
  worker: name.describe('The name of the Worker'),
  directory: path,
  'wrangler-config': path,
  'wrangler-environment': text.optional(),
  'account-id': z.string().regex(/^[0-9a-f]{32}$/).describe('The Cloudflare account: 32 hexadecimal digits'),
  'public-url': publicUrl,
  'version-path': urlPath,
  'smoke-paths': z.array(urlPath).optional().describe('Pages that answer with 200 when a version is well, beside the version path: asked for while traffic is shifted step by step'),
  install: argv,
  build: argv,
  gradual: gradual.optional(),
  resources: resources.optional().describe('What operation ensure-resources creates'),
  artifact: z.array(path).min(1).describe('What the deploying job needs of the building one'),
  preview: preview.optional(),
  route: route.optional(),
  access: access.optional(),
  verify: workerVerify.optional().describe('What is proven after a deploy, beyond version and first page'),
});

const environment = z.strictObject({
  'sla-seconds': z.int().min(1),
  'default-branch-only': z.boolean(),
  'promote-from': name.optional().describe('The environment whose image of the same commit is copied when this one has none'),
  compatibility: z.enum(['same-sha', 'storefront-may-lag']).optional().describe('Which commits may serve side by side: the same on every surface, or the one of the release before on the storefront. Without it they are shown and not judged'),
  credentials: credentialSource.optional(),
  surfaces: z.strictObject({ vendure: vendure.optional(), dashboard: worker.optional(), storefront: worker.optional(), wordpress: wordpress.optional() }),
  lock: z.strictObject({
    ref: z.string().regex(/^refs\/heads\/[^\s~^:?*[\\]+$/).optional(),
    repository: z.string().regex(/^[\w-][\w.-]*\/[\w-][\w.-]*$/).optional().describe('owner/name of the repository that holds the lock, where several deploy this environment; without it, the one that the run is of'),
  }).optional(),
});

/** The shop's `.github/deploy.config.yml`. Unknown keys are faults; nothing has a default that names an app, a host or a path. */
export const deployConfig = z.strictObject({
  'schema-version': z.literal(1),
  environments: z.record(name, environment),
  tools: z.strictObject({
    flyctl: z.strictObject({
      version: z.string().regex(/^\d+\.\d+\.\d+$/),
      sha256: z.string().regex(/^(?:[0-9a-f]{64})?$/).optional().describe("Of the release archive; empty: by the release's own checksums"),
    }).optional().describe("Without it, the version of the shop's mise.toml or .tool-versions, else the suite's pin"),
    wrangler: z.strictObject({ range: text }).optional().describe("The shop's own wrangler, brought by `install` and of this range; without it, the one that the suite pins"),
  }).optional(),
});

export type DeployConfig = z.infer<typeof deployConfig>;
export type EnvironmentConfig = z.infer<typeof environment>;
export type VendureSurface = z.infer<typeof vendure>;
export type RedisConfig = NonNullable<VendureSurface['redis']>;
export type WorkerSurface = z.infer<typeof worker>;
