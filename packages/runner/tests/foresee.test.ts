import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { foresee, planWorkflow } from '../src/index.ts';

const CALLER = `
on: { workflow_dispatch: { inputs: { environment: { type: choice, options: [staging, production], default: staging } } } }
permissions: { contents: read }
jobs:
  deploy:
    permissions: { contents: write, actions: read }
    uses: ./.github/workflows/inner.yml
    with: { environment: "\${{ inputs.environment }}", note: "\${{ github.ref_name }}" }
`;
const INNER = `
on: { workflow_call: { inputs: { environment: { type: string, required: true }, note: { type: string } } } }
jobs:
  ask:
    runs-on: ubuntu-24.04
    environment: "\${{ inputs.environment }}-approval"
    permissions: {}
    steps: [{ run: "true" }]
  work:
    needs: ask
    runs-on: ubuntu-24.04
    environment: { name: "\${{ inputs.environment }}" }
    steps: [{ run: "true" }, { run: "true" }]
  late:
    needs: work
    runs-on: ubuntu-24.04
    environment: "\${{ fromJSON(needs.work.outputs.place).name }}"
    steps: [{ run: "true" }]
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'foresee-'));
  mkdirSync(join(directory, '.github/workflows'), { recursive: true });
  writeFileSync(join(directory, '.github/workflows/caller.yml'), CALLER);
  writeFileSync(join(directory, '.github/workflows/inner.yml'), INNER);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test.each<[string, Record<string, string>]>([['staging', {}], ['production', { environment: 'production' }]])("before anything runs, each job's environment and permissions are known as far as the inputs say: %s", async (environment, inputs) => {
  const source = { repository: 'example/shop', directory, sha: 'a'.repeat(40), ref: 'refs/heads/main' };
  const plan = await planWorkflow({ ...source, workflow: 'caller.yml', resolveRepository: () => Promise.reject(new Error('none')) });
  const { jobs } = foresee(plan, { ...source, event: { name: 'workflow_dispatch', inputs }, actor: 'operator', runId: 1 });
  expect(jobs.map(({ id, environment: one, permissions, steps, needs }) => ({ id, one, may: permissions['contents'] ?? 'none', steps, needs }))).toEqual([
    { id: 'deploy / ask', one: `${environment}-approval`, may: 'none', steps: 1, needs: [] },
    { id: 'deploy / work', one: environment, may: 'write', steps: 2, needs: ['deploy / ask'] },
    { id: 'deploy / late', one: null, may: 'write', steps: 1, needs: ['deploy / work'] },
  ]);
  expect(() => foresee(plan, { ...source, event: { name: 'workflow_dispatch', inputs: { nope: '1' } }, actor: 'operator', runId: 1 })).toThrow('Unexpected input `nope`');
});
