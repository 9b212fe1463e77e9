import { FlyctlError, textOf } from '../error.ts';
import type { RemoteMachine } from '../machines.ts';
import { primaryRegion } from '../../machine-config.ts';
import type { Deployment } from './deployment.ts';

/** A Machine that crashes is shown with its last lines. @throws always: the failure, with them */
export async function logsOfSmoke({ client, app, toml }: Deployment, { id }: RemoteMachine, { error, signal }: { error: unknown; signal: AbortSignal }): Promise<never> {
  const answer = await client.api('GET', `/api/v1/apps/${app}/logs?instance=${id}&next_token=&region=${primaryRegion(toml)}`, { signal }).catch(() => null);
  let lines = '';
  if (answer?.status === 200) {
    const { data = [] } = JSON.parse(answer.text) as { data?: { attributes: { message: string } }[] };
    lines = data.map(({ attributes }) => `${attributes.message}\n`).join('');
  } else {
    const forbidden = answer?.status === 401 || answer?.status === 404;
    const why = forbidden ? "not authorized to retrieve app logs (this can happen when using deploy tokens), so we can't show you what failed" : "got an error retrieving the logs so we can't show you what failed";
    process.stderr.write(`Warn: ${why}. Use \`fly logs -i ${id}\` or open the monitoring dashboard to see them: https://fly.io/apps/${app}/monitoring?region=&instance=${id}\n`);
    lines = forbidden ? '<not authorized to retrieve logs>' : `<error fetching logs, try \`fly logs -i ${id}>`;
  }
  const text = textOf(error);
  throw new FlyctlError(text, { cause: error, advice: adviceOf(id, text, lines) });
}

export function adviceOf(id: string, text: string, lines: string): string {
  return `${text.replace(/^smoke/u, 'Smoke')}\nCheck its logs: here's the last lines below, or run 'fly logs -i ${id}':\n${lines}`;
}
