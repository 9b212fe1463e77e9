import { readFile } from 'node:fs/promises';
import { parse } from 'smol-toml';
import { listApps } from './apps-list.ts';
import { type FlyctlClient, flyctlClient } from './client.ts';
import { type Command, readCommandLine } from './command-line.ts';
import { control as askControl, type ToolEffect } from './control.ts';
import { deploy } from './deploy/run.ts';
import { during, FlyctlError, tell } from './error.ts';
import { listMachines } from './machine/list.ts';
import { destroyMachines, startMachines, stopMachines } from './machine/power.ts';
import { waitForMachine } from './machine/wait.ts';
import { listSecrets } from './secrets/list.ts';
import { importSecrets, pairsOf, setSecrets } from './secrets/set.ts';
import { showStatus } from './status.ts';

const VERSION = '0.4.87';

/** flyctl's command line, its calls and its texts, for what a deploy needs and what is typed after one that failed. @returns the exit code */
export async function main(argv: readonly string[], { control }: { control: string }): Promise<number> {
  const { effect, speed } = await askControl(control, argv);
  try {
    const command = readCommandLine(argv);
    if (command.name === 'version') return version(command.json);
    if (command.name === 'deploy') return await actOut(effect, speed, () => deploy(command, speed));
    await run(command, speed);
    return 0;
  } catch (error) {
    if (!(error instanceof FlyctlError)) throw error;
    return tell(error);
  }
}

function version(json: boolean): number {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  if (json) process.stdout.write(`${JSON.stringify({ Name: 'flyctl', Version: VERSION, Commit: 'stand-in', BranchName: '', BuildDate: '2026-08-20T00:00:00Z', OS: 'linux', Architecture: architecture, Environment: 'production' })}\n`);
  else process.stdout.write(`flyctl v${VERSION} linux/${architecture} Commit: stand-in BuildDate: 2026-08-20T00:00:00Z\n`);
  return 0;
}

async function actOut(effect: ToolEffect, speed: number, work: () => Promise<void>): Promise<number> {
  if (effect.kind === 'hang') await new Promise(() => setInterval(() => undefined, 60_000));
  if (effect.kind === 'exit' && !effect.withEffect) return effect.code;
  if (effect.kind === 'killed-after') setTimeout(() => process.kill(process.pid, 'SIGKILL'), effect.milliseconds / speed);
  if (effect.kind !== 'exit') return work().then(() => 0);
  await work().catch((error: unknown) => tell(error));
  return effect.code;
}

async function run(command: Exclude<Command, { name: 'deploy' | 'version' }>, speed: number): Promise<void> {
  const client = flyctlClient({ speed });
  if (command.name === 'auth whoami') {
    const query = 'query { viewer { ... on User { id email enablePaidHobby } ... on Macaroon { email } } }';
    const { viewer } = await client.graphql<{ viewer: { email: string } }>(query, {}).catch((error: unknown) => {
      throw during('failed retrieving current user', error);
    });
    process.stdout.write(command.json ? `${JSON.stringify({ email: viewer.email }, null, 4)}\n` : `${viewer.email}\n`);
    return;
  }
  if (command.name === 'apps list') return listApps(client, command);
  const app = command.app || (await appOfToml());
  switch (command.name) {
    case 'status': return showStatus(client, { ...command, app });
    case 'machine list': return listMachines(client, { ...command, app });
    case 'machine start': return startMachines(client, { ...command, app });
    case 'machine stop': return stopMachines(client, { ...command, app });
    case 'machine destroy': return destroyMachines(client, { ...command, app });
    case 'machine wait': return waitForMachine(client, { ...command, app }, speed);
    case 'secrets list': return listSecrets(client, app, command.json);
    default: return changeSecrets(client, app, command);
  }
}

async function changeSecrets(client: FlyctlClient, app: string, command: Extract<Command, { name: 'secrets import' | 'secrets set' | 'secrets unset' }>): Promise<void> {
  // It would start a release of its own and restart every Machine: no deploy of the suite does.
  if (!command.stage) throw new FlyctlError(`the stand-in does not act out ${command.name} without --stage`);
  if (command.name === 'secrets import') return importSecrets(client, app);
  return setSecrets(client, app, command.name === 'secrets set' ? pairsOf(command.args) : Object.fromEntries(command.args.map((name) => [name, null])));
}

async function appOfToml(): Promise<string> {
  const { app } = parse(await readFile('fly.toml', 'utf8').catch(() => '')) as { app?: string };
  if (app === undefined) throw new FlyctlError('the config for your app is missing an app name, add an app field to the fly.toml file or specify with the -a flag');
  return app;
}
