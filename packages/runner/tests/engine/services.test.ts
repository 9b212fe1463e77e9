import { expect, test } from '@jest/globals';
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
