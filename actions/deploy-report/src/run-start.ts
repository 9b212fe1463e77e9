import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import { z } from 'zod';
import type { inputs as declared } from './io.ts';

const run = z.object({ run_started_at: z.string().nullish(), created_at: z.string().nullish() });

/** When the SLA clock began: the input, else when GitHub says that the run started, else now (and the log says so). Milliseconds since the epoch. */
export async function startOfRun({ inputs, http, run: current, signal, log, clock }: ActionContext<typeof declared>): Promise<number> {
  const given = inputs['started-at'];
  if (given !== '') {
    const parsed = Date.parse(given);
    if (Number.isNaN(parsed)) throw new UserError(`deploy-report: input \`started-at\` is "${given}". It takes a time such as 2026-01-31T12:00:00Z; leave it empty for the start of the run.`);
    return parsed;
  }
  if (!inputs['github-token'].isEmpty) {
    const answer = await http.request({
      method: 'GET',
      url: `${current.apiUrl}/repos/${current.repository}/actions/runs/${current.runId}`,
      headers: { authorization: `Bearer ${inputs['github-token'].reveal()}`, accept: 'application/vnd.github+json' },
      deadlineMs: 10_000,
      signal,
    });
    const started = answer.kind === 'response' && answer.status === 200 ? run.safeParse(answer.json()).data : undefined;
    const text = started?.run_started_at ?? started?.created_at ?? '';
    if (!Number.isNaN(Date.parse(text))) return Date.parse(text);
  }
  log.warning('When the run started could not be read: the SLA clock counts from now, which is too short.');
  return clock.now();
}
