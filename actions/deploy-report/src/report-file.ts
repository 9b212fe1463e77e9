import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionContext, documentInWordsOf } from '@vendure-deploy/shared/action';
import { processRedactor } from '@vendure-deploy/shared/secrets';
import type { inputs as declared } from './io.ts';
import type { Phase } from './phases.ts';

// A message is a sentence, or a screen of them: a log that got into one is not kept twice.
const LONGEST = 20_000;

/** What the report says, as one document for programs: it outlives the run's page as an artifact. @returns where it lies; '' when it could not be written */
export async function writeReport(report: Readonly<Record<string, unknown>>, phases: readonly Phase[], { run, inputs, temporary, log }: ActionContext<typeof declared>): Promise<string> {
  const { runId, runAttempt, runUrl, actor, repository, workflowFile } = run;
  const document = {
    'schema-version': 1,
    environment: inputs.environment,
    sha: inputs.sha,
    run: run.laptop === undefined ? { id: runId, attempt: runAttempt, url: runUrl, actor, repository, workflow: workflowFile } : { laptop: { id: run.laptop.id, user: run.laptop.user, host: run.laptop.host }, actor, repository, workflow: workflowFile },
    phases: phases.map(({ name, result, seconds, reasonCode, message, notes }) => ({ name, result, seconds, 'reason-code': reasonCode, message: message.slice(0, LONGEST), notes })),
    ...report,
  };
  const file = join(temporary, 'deploy-report.json');
  try {
    await writeFile(file, `${processRedactor.redact(JSON.stringify(documentInWordsOf(run.laptop ?? null, document), null, 2))}\n`);
    return file;
  } catch (error) {
    log.warning(`The report could not be written as a file: ${error instanceof Error ? error.message : String(error)}`);
    return '';
  }
}
