import { installed } from '../conformance-tools.ts';
import { type Check, closingLine, missing, start } from './check.ts';

const TOOLS = ['just', 'gh'];

/** The recipes of examples/ritsubi with a real just, and with a real gh where they dispatch. */
export const recipes: Check = {
  name: 'the recipes of the example justfile, with a real just and a real gh',
  run: async (say) => {
    const tools: Record<string, string> = {};
    for (const name of TOOLS) {
      const found = await installed(name, say);
      if ('missing' in found) return missing(found.missing);
      tools[name] = found.path;
    }
    const { said } = await start('script/test', ['packages/acceptance/tests/justfile/.*\\.conformance\\.test'], { ...process.env, CONFORMANCE_TOOLS: JSON.stringify(tools) });
    const outcome = closingLine(said);
    return { ...outcome, said: outcome.failed > 0 ? said : '' };
  },
};
