import { expect, test } from '@jest/globals';
import { judgeSkew } from '../../src/verify/skew.ts';

const [NEW, OLD, OLDER] = ['b', 'a', '0'].map((digit) => digit.repeat(40)) as [string, string, string];

test.each([
  // rule                  vendure  dashboard storefront  before  ok     because
  [null,                  [NEW, OLD, OLDER], OLD, null, ''],
  ['same-sha',            [NEW, NEW, NEW], '', true, ''],
  ['same-sha',            [NEW, OLD, NEW], OLD, false, 'vendure bbbbbbb, dashboard aaaaaaa, storefront bbbbbbb: the rule is the same commit on every surface'],
  ['same-sha',            [NEW, '', NEW], OLD, false, 'what dashboard serves could not be read'],
  ['storefront-may-lag',  [NEW, NEW, NEW], '', true, ''],
  ['storefront-may-lag',  [NEW, NEW, OLD], OLD, true, ''],
  ['storefront-may-lag',  [NEW, NEW, OLDER], OLD, false, 'the storefront may lag by one release, and that was aaaaaaa'],
  ['storefront-may-lag',  [NEW, NEW, OLD], '', false, 'give input `previous-sha`'],
  ['storefront-may-lag',  [NEW, OLD, NEW], OLD, false, 'only the storefront may lag'],
] as const)('%s: %j after %s: %s', (rule, [vendure, dashboard, storefront], before, ok, because) => {
  const skew = judgeSkew({ vendure, dashboard, storefront }, rule, before);
  expect(skew).toMatchObject({ rule, ok, shas: { vendure, dashboard, storefront } });
  expect(skew.why).toContain(because);
});

test('a surface that the environment does not have is not missed', () => {
  expect(judgeSkew({ vendure: NEW, storefront: OLD }, 'storefront-may-lag', OLD).ok).toBe(true);
  expect(judgeSkew({ storefront: NEW }, 'storefront-may-lag', '').ok).toBe(true);
});
