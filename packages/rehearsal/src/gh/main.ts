import { api } from './api.ts';
import { type GhCommand, readCommandLine } from './command-line.ts';
import type { Place } from './place.ts';
import { GhRefusal } from './refusal.ts';
import { runRerun } from './run-rerun.ts';
import { runView, runWatch } from './run-state.ts';
import { secretSet } from './secret-set.ts';
import { workflowRun } from './workflow-run.ts';

/** gh as far as the suite tells an operator to type it. @returns the exit code: of a run that was dispatched 0, however it went */
export async function main(argv: readonly string[], place: Place): Promise<number> {
  try {
    return (await perform(readCommandLine(argv), place)) ?? 0;
  } catch (error) {
    if (!(error instanceof GhRefusal)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

async function perform(command: GhCommand, place: Place): Promise<number | void> {
  switch (command.name) {
    case 'workflow run': return workflowRun(command, place);
    case 'run rerun': return runRerun(command, place);
    case 'run view': return runView(command);
    case 'run watch': return runWatch(command);
    case 'secret set': return secretSet(command, place);
    case 'api': return api(command);
    case 'auth token': return void process.stdout.write(`${process.env['GH_TOKEN'] ?? ''}\n`);
  }
}
