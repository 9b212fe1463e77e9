import type { Commit, Strategy } from '../stage/fly-world.ts';

/** What the Machines run and the public gets at the end: all of it old, all new, or some of each. */
export type Serves = 'old' | 'new' | 'mixed';

/**
 * Decision, reason code, and what really serves. `by the truth`: where a race decides what serves, the verdict has to be the one that goes with it
 * (old: failed, new: done, mixed: partial, and unknown after a cancel). null: the strategy has no such step; the row says why.
 */
export type Expected = `${string}/${string} ${Serves}` | 'by the truth' | null;

export interface Row {
  readonly what: string;
  /** One fault line for all strategies, or one each. */
  readonly fault?: string | Readonly<Record<Strategy, string>>;
  readonly commit?: Commit;
  readonly inputs?: Readonly<Record<string, string>>;
  /** SIGINT when the log has this. */
  readonly interruptedAt?: RegExp;
  readonly expected: Expected | Readonly<Record<Strategy, Expected>>;
}

const BUSY = '409 {"error":"aborted: machine is replacing: concurrent update in progress"}';

// bluegreen and canary create Machines (the release command's is the first), rolling and immediate update those that there are.
export const TABLE: readonly Row[] = [
  { what: 'nothing goes wrong', expected: 'done/target-serves new' },
  {
    // A canary that is not well gets no traffic; it is there all the same, and its Machine disagrees.
    what: 'a check never passes',
    fault: { bluegreen: 'fly machine app/3 * never-healthy', canary: 'fly machine app/3 * never-healthy', rolling: 'fly machine app/1 * never-healthy', immediate: 'fly machine app/1 * never-healthy' },
    expected: { bluegreen: 'failed/not-switched old', canary: 'partial/mixed old', rolling: 'partial/mixed mixed', immediate: 'partial/mixed new' },
  },
  { what: "the release command refuses: VENDURE_HARDEN_PLUGIN_ENABLED must be 'true'", commit: 'hardened', expected: 'failed/release-command-failed old' },
  { what: 'the release command refuses: Runtime drift detected', commit: 'drifted', expected: 'failed/release-command-failed old' },
  { what: "a Machine's lease is somebody else's for 20 s", fault: 'fly machine app/1 1 lease-held for 20s', expected: 'done/target-serves new' },
  {
    what: 'somebody else updates a Machine for 20 s',
    fault: { bluegreen: `fly POST /v1/apps/*/machines/*/cordon * ${BUSY} for 20s`, canary: 'fly machine app/1 1 concurrent-update for 20s', rolling: 'fly machine app/1 1 concurrent-update for 20s', immediate: 'fly machine app/1 1 concurrent-update for 20s' },
    expected: 'done/target-serves new',
  },
  {
    what: 'Fly does it and says 503',
    fault: { bluegreen: 'fly POST /v1/apps/*/machines 2 503 after-commit', canary: 'fly POST /v1/apps/*/machines 2 503 after-commit', rolling: 'fly POST /v1/apps/*/machines/* 1 503 after-commit', immediate: 'fly POST /v1/apps/*/machines/* 1 503 after-commit' },
    expected: 'done/target-serves new',
  },
  {
    // bluegreen makes new Machines: they have no old image to go back to. canary updates its first Machine a second time, which would mend it.
    what: 'a Machine silently goes back to the old image',
    fault: { bluegreen: '', canary: 'fly machine app/2 1 reverts', rolling: 'fly machine app/1 1 reverts', immediate: 'fly machine app/1 1 reverts' },
    expected: { bluegreen: null, canary: 'partial/mixed mixed', rolling: 'partial/mixed mixed', immediate: 'partial/mixed mixed' },
  },
  {
    what: 'a Machine silently goes back to the old image, and rollback=auto',
    fault: { bluegreen: '', canary: 'fly machine app/2 1 reverts', rolling: 'fly machine app/1 1 reverts', immediate: 'fly machine app/1 1 reverts' },
    inputs: { rollback: 'auto' },
    expected: { bluegreen: null, canary: 'failed/rolled-back old', rolling: 'failed/rolled-back old', immediate: 'failed/rolled-back old' },
  },
  { what: 'flyctl says 0 and the old version is live', fault: 'tool flyctl 1 exit 0 without-effect', expected: 'failed/flyctl-lied old' },
  { what: 'flyctl says 1 and the new version is live', fault: 'tool flyctl 1 exit 1 with-effect', expected: 'done/flyctl-failed-but-serves new' },
  { what: 'flyctl is killed half way', fault: 'tool flyctl 1 killed-after 10s', expected: 'by the truth' },
  { what: 'flyctl hangs', fault: 'tool flyctl 1 hang', inputs: { 'deploy-timeout-seconds': '30' }, expected: 'failed/not-switched old' },
  {
    what: 'the token loses its right to write half way',
    fault: { bluegreen: 'fly POST /v1/apps/*/machines 3- 401', canary: 'fly POST /v1/apps/*/machines/* 1- 401', rolling: 'fly POST /v1/apps/*/machines/* 2- 401', immediate: 'fly POST /v1/apps/*/machines/* 2- 401' },
    expected: 'by the truth',
  },
  // The first list is the anchor's, the second flyctl's.
  { what: 'the token is revoked half way', fault: 'fly GET /v1/apps/*/machines 3- 401', expected: 'by the truth' },
  { what: 'SIGINT while what serves is read', interruptedAt: /Read what serves now/u, expected: 'unknown/cancelled old' },
  { what: 'SIGINT while the secrets are compared', interruptedAt: /group::Compare the secrets/u, expected: 'unknown/cancelled old' },
  { what: 'SIGINT while the Machines settle', interruptedAt: /group::Settle/u, expected: 'unknown/cancelled old' },
  { what: 'SIGINT in the drift audit', interruptedAt: /Drift audit/u, expected: 'unknown/cancelled old' },
  { what: 'SIGINT in the backup', interruptedAt: /group::Backup/u, expected: 'unknown/cancelled old' },
  { what: 'SIGINT while flyctl is fetched', interruptedAt: /group::Install flyctl/u, expected: 'unknown/cancelled old' },
  { what: 'SIGINT while Machines are changed', interruptedAt: /(?:Updating existing|Creating green) machines/u, expected: 'by the truth' },
  { what: 'SIGINT while it is read back', interruptedAt: /group::Read back/u, expected: 'by the truth' },
];
