import { expect, test } from '@jest/globals';
import type { MachineRequest } from '../../src/options.ts';
import { stage } from './stage.ts';

test("the token of GitHub's services reaches a JavaScript action, and stands in no log", async () => {
  const { conclusion, log } = await stage(
    {
      '.github/workflows/main.yml': 'on: workflow_dispatch\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: $/say\n',
      'say/action.yml': 'name: say\ndescription: d\nruns: { using: node24, main: main.js }\n',
      'say/main.js': "console.log('it is ' + process.env.ACTIONS_RUNTIME_TOKEN + ', ' + process.env.ACTIONS_RUNTIME_TOKEN.length);",
    },
    { actionEnvironment: { ACTIONS_RUNTIME_TOKEN: 'runtime-token-value' } },
  );
  expect(conclusion).toBe('success');
  expect(log).toContain('it is ***, 19');
  expect(log).not.toContain('runtime-token-value');
});

test('a machine is asked for with what GitHub knows of the job, and gives each step what lets it ask who it is', async () => {
  const asked: MachineRequest[] = [];
  const { conclusion, log } = await stage(
    {
      '.github/workflows/main.yml': 'on: workflow_dispatch\npermissions: {}\njobs:\n  a:\n    uses: ./.github/workflows/inner.yml\n    permissions: { id-token: write, contents: read }\n',
      '.github/workflows/inner.yml': 'on: workflow_call\njobs:\n  b:\n    runs-on: ubuntu-24.04\n    environment: production\n    permissions: { id-token: write }\n    steps:\n      - run: echo "it is $ACTIONS_ID_TOKEN_REQUEST_TOKEN"\n  c:\n    runs-on: ubuntu-24.04\n    permissions: { contents: read }\n    steps:\n      - run: echo "and here <$ACTIONS_ID_TOKEN_REQUEST_TOKEN>"\n',
    },
    {
      machine: (job) => {
        asked.push(job);
        const may = job.permissions['id-token'] === 'write';
        return Promise.resolve({ token: 'job-token-value', hidden: may ? ['id-token-value'] : [], environmentOf: () => Promise.resolve(may ? { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'id-token-value' } : {}) });
      },
    },
  );
  expect(conclusion).toBe('success');
  expect(asked.toSorted((one, other) => (one.id < other.id ? -1 : 1))).toMatchObject([
    { id: 'a / b', permissions: { 'id-token': 'write' }, environment: 'production', workflowRef: 'example/shop/.github/workflows/inner.yml@refs/heads/main' },
    { id: 'a / c', permissions: { contents: 'read' }, environment: '' },
  ]);
  expect(log).toContain('it is ***');
  expect(log).toContain('and here <>');
  expect(log).not.toContain('id-token-value');
});
