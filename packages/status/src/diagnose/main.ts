import { type EnvironmentConfig, environmentOf, loadConfig } from '@vendure-deploy/shared/config';
import { diagnose, type Diagnosis, readable, type Situation } from '@vendure-deploy/shared/diagnosis';
import { SURFACES } from '@vendure-deploy/shared/release';
import { httpClient, useProxyFromEnvironment } from '@vendure-deploy/shared/net';
import { githubOf } from '../github.ts';
import { type DiagnoseOptions, parseCommandLine } from './command-line.ts';
import { fromRun, fromTexts } from './read.ts';

const options = parseCommandLine(process.argv.slice(2));
try {
  process.exitCode = await perform(options);
} catch (error) {
  process.stderr.write(`diagnose: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function perform({ files, run, repository, environment, config, json }: DiagnoseOptions): Promise<number> {
  const evidence = run === null ? await fromTexts(files, process.stdin) : await ofRun(run, repository, config);
  if (evidence.every(({ lines }) => lines.every((line) => line.trim() === ''))) throw new Error('there was nothing to read: the log is empty');
  const found = diagnose(evidence, await situationOf(environment, config, run ?? 0));
  process.stdout.write(json ? `${JSON.stringify({ 'schema-version': 1, diagnoses: found }, null, 2)}\n` : `${found.map(told).join('\n')}\n`);
  return found.some(({ kind }) => kind === 'known') ? 0 : 1;
}

async function ofRun(run: number, repository: string | null, config: string): ReturnType<typeof fromRun> {
  useProxyFromEnvironment();
  const found = await githubOf({ http: httpClient({ signal: AbortSignal.timeout(120_000) }), repository, config });
  if ('why' in found) throw new Error(found.why);
  return fromRun(found.github, run);
}

/** Without a configuration the commands hold places to fill in: a log may be of anywhere. */
async function situationOf(environment: string, file: string, runId: number): Promise<Situation> {
  const place = await configured(environment, file);
  return {
    environment, repository: '', workflow: `deploy-${environment}.yml`, sha: '', asked: '', ref: 'refs/heads/main', runId, wanted: SURFACES, missing: [], options: [],
    app: place === null ? '<app>' : (place.surfaces.vendure?.app ?? ''), promoteFrom: place?.['promote-from'] ?? '', machines: [],
  };
}

async function configured(environment: string, file: string): Promise<EnvironmentConfig | null> {
  return loadConfig(file).then((config) => environmentOf(config, environment), () => null);
}

function told(cause: Diagnosis): string {
  const place = cause.phase === '' ? '' : `${cause.phase}: `;
  if (cause.kind === 'unknown') return [`${place}not known. The last lines that mean something:`, ...cause.lines.map((line) => `  ${line}`), ''].join('\n');
  const { id, cause: words, cure, heals, commands, docs } = cause;
  return [
    `${place}${id}`, `  ${words.en}`, `  ${words.ja}`,
    cure === 'command' ? '  Type:' : '  A person decides or changes something first; then, or to see more:',
    ...commands.map((command) => `    ${readable(command)}`),
    ...(heals === null ? [] : [`  By itself, once at most: ${heals}.`]), `  ${docs}`, '',
  ].join('\n');
}
