import type { HttpEffect, LockEffect, MachineEffect, RegistryEffect, RunEffect, ToolEffect } from './rule.ts';

/** One thing that a fault line does, and a line that does it to the lane deploy-production of the example shop. */
export interface CatalogueEntry {
  readonly subject: FaultForm['subject'];
  /** How the effect is written; a modifier with the effect that it follows. */
  readonly form: string;
  readonly does: string;
  readonly example: string;
  /** Inputs of the lane without which the example does not come to act. */
  readonly inputs: readonly string[];
}

/** What a line can be about, and how it begins. */
export interface FaultForm {
  readonly subject: 'request' | 'registry' | 'graphql' | 'aws' | 'machine' | 'tool' | 'run' | 'lock';
  readonly form: string;
  readonly about: string;
}

export const FAULT_FORMS: readonly FaultForm[] = [
  { subject: 'request', form: '<provider> <METHOD> <path> <nth> <effect>', about: 'one request to fly, cloudflare, github, registry, aws or shop; METHOD may be *, in a path * stays within a segment and ** crosses, nth is n, a-b, a- or *' },
  { subject: 'registry', form: 'registry <METHOD> <path> <nth> <effect>', about: 'one request to the image registry: besides every effect of a request, what only a registry can do' },
  { subject: 'graphql', form: '<provider> graphql <operation> <nth> <effect>', about: "one GraphQL request by its operation's name, or * for any; it takes every effect of a request" },
  { subject: 'aws', form: 'aws <Action> <nth> <effect>', about: 'one call of AWS by its action (AssumeRoleWithWebIdentity, GetCallerIdentity, GetSecretValue, BatchGetSecretValue); it takes every effect of a request. Only a shop whose `secrets.source` is aws makes one' },
  { subject: 'machine', form: 'fly machine <group>/<n> <nth> <effect>', about: "the nth start or update (or what the effect names) of the group's nth Machine, or of each with *; a release command's Machine is never counted" },
  { subject: 'tool', form: 'tool <flyctl|docker> <nth> <effect>', about: 'one deploy of flyctl or one build of docker; every other tool is real' },
  { subject: 'run', form: 'run step <job>/<step> 1 <effect>', about: 'the run, while that step is at work' },
  { subject: 'lock', form: 'github lock <effect>', about: 'the deploy lock, for as long as the run lasts' },
];

interface Row {
  readonly form: string;
  readonly does: string;
  readonly example: string;
  readonly inputs?: readonly string[];
}

/** Of each effect: an effect without a row does not compile. */
type Rows<Kind extends string> = Readonly<Record<Kind, readonly [Row, ...Row[]]>>;

const REQUEST: Rows<HttpEffect['kind'] | 'after-commit' | 'for'> = {
  status: [{ form: '<status> [<header>=<value>…] [<body>]', does: 'The provider is not asked; the client gets this status, these headers and this body.', example: 'fly GET /v1/apps/* 1 429 retry-after=2 {"error":"rate limited"}' }],
  reset: [{ form: 'reset', does: 'The provider is not asked; the connection is reset.', example: 'github POST /repos/*/*/git/refs 1 reset' }],
  hang: [{ form: 'hang', does: 'The provider is not asked, and nothing is answered until the client gives up.', example: 'shop GET /version 1 hang' }],
  delay: [{ form: 'delay <n>s|ms', does: "The provider is asked only that much later, on the twin's clock.", example: 'github PATCH /repos/*/*/git/refs/** 1 delay 3s' }],
  body: [{ form: 'body <text>', does: 'The provider is not asked; the client gets a 200 with this body, typed as JSON when it looks like it.', example: 'shop GET /version 1 body {"sha":"<previous>"}' }],
  html: [{ form: 'html', does: 'The provider is not asked; the client gets a 200 with a page of HTML, as from a gateway in between.', example: 'shop GET /health/ready 1 html' }],
  truncate: [{ form: 'truncate', does: 'The provider is asked; the client gets the whole head, half of the body, and the connection ends.', example: 'github GET **/flyctl_*.tar.gz 1 truncate' }],
  corrupt: [{ form: 'corrupt', does: 'The provider is asked; one byte in the middle of the body is another, and its length is the same.', example: 'registry GET /v2/*/blobs/** 1 corrupt' }],
  'reset-after': [{ form: 'reset-after <n>B|KiB|MiB|GiB', does: 'The provider is asked; the client gets the whole head and that much of the body, and the connection is reset.', example: 'registry GET /v2/*/blobs/** 1 reset-after 100B' }],
  'hang-after': [{ form: 'hang-after <n>B|KiB|MiB|GiB', does: 'The provider is asked; the client gets the whole head and that much of the body, and then nothing until it gives up.', example: 'registry GET /v2/*/blobs/** 1 hang-after 100B' }],
  without: [{ form: 'without <header>', does: 'The provider is asked; its answer lacks this header.', example: 'registry * /v2/*/manifests/** 1 without docker-content-digest' }],
  'early-413': [{ form: 'early-413', does: 'The provider is not asked; the client gets a 413 while it still sends its body, of which nothing more is read, and the connection is closed.', example: 'registry PUT /v2/*/blobs/uploads/* 1 early-413' }],
  'after-commit': [{ form: '<status>|reset|hang|delay|body|html after-commit', does: 'The provider is asked first: a write is done, whatever the client is told.', example: 'fly POST /v1/apps/*/machines 1 503 after-commit' }],
  for: [{ form: '<effect> for <n>s', does: "The rule ends that long after it first fired, on the twin's clock.", example: 'shop GET /version 4- body {"sha":"<previous>"} for 40s' }],
};

const REGISTRY: Rows<RegistryEffect['kind']> = {
  'refuse-mount': [{ form: 'refuse-mount', does: 'The registry does not see that a mount is asked for: it opens a real session for an upload (202).', example: 'registry POST /v2/*/blobs/uploads/ 1 refuse-mount' }],
  'grants-only': [{ form: 'grants-only first|last', does: "The token server sees only the first, or the last, of the scopes that it is asked for. Only a registry with a Bearer challenge has one; Fly's has none.", example: 'registry * /token 1- grants-only first' }],
};

const GRAPHQL: Rows<'operation'> = {
  operation: [{ form: 'any effect of a request', does: 'As for a request; an operation without a name is meant by * alone.', example: 'fly graphql * 1 200 {"errors":[{"message":"unauthorized"}]}' }],
};

const AWS: Rows<'action'> = {
  action: [{ form: 'any effect of a request', does: "As for a request; AWS's clients tell errors apart by the name in `__type` (Secrets Manager) or in an ErrorResponse (STS).", example: 'aws GetSecretValue 1 400 {"__type":"AccessDeniedException"}' }],
};

const MACHINE: Rows<MachineEffect['kind']> = {
  'never-healthy': [{ form: 'never-healthy [for <n>s]', does: "The Machine's process runs and its checks fail, without end or that long.", example: 'fly machine app/3 * never-healthy' }],
  hangs: [{ form: 'hangs [for <n>s]', does: "The Machine's process is suspended as soon as it starts: Fly says started, and nothing is done, without end or that long.", example: 'fly machine worker/2 1 hangs' }],
  reverts: [{ form: 'reverts', does: 'An update is answered as done, and the Machine goes on with what it ran before.', example: 'fly machine app/1 1 reverts', inputs: ['strategy=rolling'] }],
  'crash-loops': [{ form: 'crash-loops', does: "The Machine's process ends as soon as it starts; after ten more starts the Machine stays stopped.", example: 'fly machine app/3 1 crash-loops' }],
  'stop-takes': [{ form: 'stop-takes <n>s', does: "The Machine is stopping for that long, on the twin's clock; nth counts its stops.", example: 'fly machine app/1 1 stop-takes 70s' }],
  'concurrent-update': [{ form: 'concurrent-update [for <n>s]', does: "Somebody else updates the Machine from its nth update on: it is replacing, and each update is refused (409), for an hour or that long.", example: 'fly machine app/1 1 concurrent-update for 20s' }],
  'lease-held': [{ form: 'lease-held [for <n>s]', does: 'Somebody else takes the lease of the Machine before it is asked for the nth time, for an hour or that long (409).', example: 'fly machine app/1 1 lease-held for 20s' }],
  'host-unreachable': [{ form: 'host-unreachable [for <n>s]', does: "The Machine's host does not answer: each of the nth reads of the Machine says so, and the Machine runs on.", example: 'fly machine worker/1 * host-unreachable' }],
  'start-takes': [{ form: 'start-takes <n>s', does: "The Machine is starting for that long, on the twin's clock, and then runs as ever.", example: 'fly machine worker/2 1 start-takes 70s' }],
};

const TOOL: Rows<ToolEffect['kind']> = {
  exit: [
    { form: 'exit <code> without-effect', does: 'The tool does nothing and ends with this code.', example: 'tool flyctl 1 exit 0 without-effect' },
    { form: 'exit <code> with-effect', does: 'The tool does all of its work and ends with this code.', example: 'tool flyctl 1 exit 1 with-effect' },
  ],
  hang: [{ form: 'hang', does: "The tool does nothing and does not end until it is signalled: by a cancel, or by its action's deadline (flyctl: 30 minutes).", example: 'tool flyctl 1 hang' }],
  'killed-after': [{ form: 'killed-after <n>s', does: "The tool is killed (SIGKILL) that long after its start, on the twin's clock, in the middle of its work.", example: 'tool flyctl 1 killed-after 5s' }],
};

const RUN: Rows<RunEffect['kind'] | 'at'> = {
  SIGINT: [{ form: 'SIGINT', does: "The run is cancelled, as by the cancel button, with the step's first line or after a second of silence.", example: 'run step vendure/deploy 1 SIGINT' }],
  cancel: [{ form: 'cancel', does: 'The same as SIGINT.', example: 'run step image/image 1 cancel at mounted in' }],
  'runner-lost': [{ form: 'runner-lost', does: 'The runner is gone: its processes are killed, no post runs, the job fails.', example: 'run step preflight/preflight 1 runner-lost' }],
  at: [{ form: '<effect> at <text>', does: 'Not with the first line, but once the step has written a line with this text.', example: 'run step image/image 1 cancel at mounted in' }],
};

const LOCK: Rows<LockEffect['kind']> = {
  'held-by-another-run': [{ form: 'held-by-another-run', does: 'Another run, which goes on, holds the lock from the start.', example: 'github lock held-by-another-run' }],
  'held-by-ended-run': [{ form: 'held-by-ended-run', does: 'A run holds the lock that has ended, every step reported, without giving it back.', example: 'github lock held-by-ended-run' }],
  'held-by-lost-run': [{ form: 'held-by-lost-run', does: 'A run holds the lock whose runner GitHub lost 100 s ago; it may still be at work.', example: 'github lock held-by-lost-run' }],
  'held-by-unknown-run': [{ form: 'held-by-unknown-run', does: 'A run holds the lock of which GitHub says 404.', example: 'github lock held-by-unknown-run' }],
};

/** Every fault that there is; each example is run by a test. */
export const FAULTS: readonly CatalogueEntry[] = [
  ...entries('request', REQUEST), ...entries('registry', REGISTRY), ...entries('graphql', GRAPHQL), ...entries('aws', AWS), ...entries('machine', MACHINE), ...entries('tool', TOOL), ...entries('run', RUN), ...entries('lock', LOCK),
];

function entries(subject: FaultForm['subject'], rows: Rows<string>): CatalogueEntry[] {
  return Object.values(rows).flat().map((row) => ({ subject, inputs: [], ...row }));
}
