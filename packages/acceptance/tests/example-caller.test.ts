import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

interface Job {
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>> | string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly on: {
    readonly workflow_dispatch: { readonly inputs: Readonly<Record<string, unknown>> };
    readonly workflow_call?: { readonly inputs: Readonly<Record<string, unknown>>; readonly secrets: Readonly<Record<string, unknown>> };
  };
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

const ROOT = join(import.meta.dirname, '../../..');
const CALLERS = 'examples/ritsubi-caller/.github/workflows';
const read = (path: string): Workflow => parse(readFileSync(join(ROOT, path), 'utf8')) as Workflow;

test.each(readdirSync(join(ROOT, CALLERS)))('%s of another repository calls the lane of its name with every input, exactly its permissions, and secrets by their names', (file) => {
  const caller = read(`${CALLERS}/${file}`);
  const lane = read(`.github/workflows/${file}`);
  const [job, ...others] = Object.values(caller.jobs);
  expect(others).toEqual([]);
  expect(job?.uses).toMatch(new RegExp(`^vendure-deploy/suite/\\.github/workflows/${file}@(?:v\\d+|[0-9a-f]{40})$`, 'u'));
  expect({ top: caller.permissions, job: job?.permissions }).toEqual({ top: {}, job: mostOf(lane) });

  const inputs = Object.keys(lane.on.workflow_call?.inputs ?? {});
  expect(Object.keys(caller.on.workflow_dispatch.inputs)).toEqual(inputs);
  expect(job?.with).toEqual(Object.fromEntries(inputs.map((name) => [name, `\${{ inputs.${name} }}`])));

  expect(typeof job?.secrets).toBe('object');
  const secrets = Object.entries(job?.secrets ?? {});
  expect(secrets.filter(([name, value]) => value !== `\${{ secrets.${name} }}` || lane.on.workflow_call?.secrets[name] === undefined)).toEqual([]);
  expect(secrets.map(([name]) => name)).toContain('LOCK_TOKEN');
});

/** What the lane's jobs ask for together. */
function mostOf({ jobs }: Workflow): Readonly<Record<string, string>> {
  const most: Record<string, string> = {};
  for (const [scope, level] of Object.values(jobs).flatMap(({ permissions = {} }) => Object.entries(permissions))) if (most[scope] !== 'write') most[scope] = level;
  return most;
}
