import { describe, expect, test } from '@jest/globals';
import { stage } from './stage.ts';

const main = (text: string): Record<string, string> => ({ '.github/workflows/main.yml': text });
const job = (body: string): string => `\n    runs-on: ubuntu-latest\n${body}`;

describe('jobs', () => {
  test('success() looks at all ancestors: one that was skipped skips the rest, unless they ask otherwise', async () => {
    const { jobs, conclusion } = await stage(
      main(`on: workflow_dispatch
jobs:
  a:${job('    if: false\n    steps: [{ run: echo a }]')}
  b:${job('    needs: a\n    if: always()\n    steps: [{ run: echo b }]')}
  c:${job('    needs: b\n    steps: [{ run: echo c }]')}
`),
    );
    expect(Object.fromEntries(jobs.map((one) => [one.id, one.result]))).toEqual({ a: 'skipped', b: 'success', c: 'skipped' });
    expect(conclusion).toBe('success');
  });

  test('a called workflow gets typed inputs and named secrets, and gives its outputs back', async () => {
    const { outputs, jobs, log } = await stage(
      {
        ...main(`on: { workflow_dispatch: { inputs: { deep: { type: boolean, default: true } } } }
jobs:
  call:
    uses: $/.github/workflows/inner.yml
    with: { deep: "\${{ inputs.deep }}", name: shop }
    secrets: { TOKEN: "\${{ secrets.TOKEN }}" }
`),
        '.github/workflows/inner.yml': `on:
  workflow_call:
    inputs: { deep: { type: boolean, required: true }, name: { type: string }, count: { type: number } }
    secrets: { TOKEN: { required: true } }
    outputs: { said: { value: "\${{ jobs.work.outputs.said }}" } }
jobs:
  work:
    runs-on: ubuntu-latest
    outputs: { said: "\${{ steps.say.outputs.said }}" }
    steps:
      - id: say
        run: echo "said=$NAME-\${{ inputs.deep && 'deep' }}-\${{ inputs.count }}" >> "$GITHUB_OUTPUT"; echo "length \${#T}"
        env: { NAME: "\${{ inputs.name }}", T: "\${{ secrets.TOKEN }}" }
`,
      },
      { event: { name: 'workflow_dispatch', inputs: { deep: 'true' } } },
    );
    expect(outputs).toEqual({ said: 'shop-deep-0' });
    expect(jobs.map((one) => one.id)).toEqual(['call / work']);
    expect(log).toContain('length 16');
  });

  test.each([
    ['a key that is not run here', 'on: workflow_dispatch\njobs:\n  a:\n    runs-on: x\n    container: node\n    steps: [{ run: "true" }]\n', /`container`/u, 5],
    ['a key that GitHub does not know', 'on: workflow_dispatch\njobs:\n  a:\n    runs-on: x\n    stepz: []\n', /stepz/u, 5],
    ['a circle of needs', 'on: workflow_dispatch\njobs:\n  a:\n    needs: b\n    runs-on: x\n    steps: [{ run: "true" }]\n  b:\n    needs: a\n    runs-on: x\n    steps: [{ run: "true" }]\n', /./u, null],
  ])('%s is refused with its line, before anything runs', async (_, text, message, line) => {
    const { conclusion, refused, jobs } = await stage(main(text));
    expect(conclusion).toBe('startup_failure');
    expect(refused?.message).toMatch(message);
    if (line !== null) expect(refused?.line).toBe(line);
    expect(jobs).toEqual([]);
  });

  test('an input that does not exist refuses the dispatch', async () => {
    const { refused } = await stage(main('on: workflow_dispatch\njobs:\n  a:\n    runs-on: x\n    steps: [{ run: "true" }]\n'), { event: { name: 'workflow_dispatch', inputs: { speed: '1' } } });
    expect(refused?.message).toContain('`speed`');
  });
});
