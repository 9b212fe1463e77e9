import { type Check, closingLine, fail, missing, start } from './check.ts';

const NOT_FETCHED = "The shop's packages cannot be fetched";

/** A lane with a real Vendure in the Machines: npm's packages, its own migrations, PostgreSQL. */
export const realVendure: Check = {
  name: 'deploy-staging with a real Vendure',
  run: async () => {
    const built = await start(process.execPath, ['script/build.ts']);
    if (built.code !== 0) return fail(built.said);
    const { said } = await start('script/test', ['packages/rehearsal/tests/conformance/.*\\.conformance\\.test']);
    const outcome = closingLine(said);
    if (outcome.failed > 0 && said.includes(NOT_FETCHED)) return missing(said.slice(said.indexOf(NOT_FETCHED)).split('\n', 1)[0] ?? NOT_FETCHED);
    return { ...outcome, said: outcome.failed > 0 ? said : '' };
  },
};
