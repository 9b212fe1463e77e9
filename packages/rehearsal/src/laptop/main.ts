import { parseCommandLine } from './command-line.ts';
import { insideWorld } from './inside-world.ts';

const { directory, argv } = parseCommandLine(process.argv.slice(2));
// What the operator's own login at GitHub may, as far as the rehearsed one has it.
const permissions = { contents: 'write', actions: 'write', deployments: 'write', issues: 'write', 'pull-requests': 'write' } as const;

try {
  process.exitCode = await insideWorld({ directory, argv: () => argv, workingDirectory: null, permissions, say: (line) => process.stderr.write(`${line.replace(/^rehearse:/u, 'world:')}\n`) });
} catch (error) {
  process.stderr.write(`world: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
