import { z } from 'zod';
import { type Call, decidingBody } from './call.ts';
import { writeMachine } from './machine-line.ts';
import { neutral } from './neutral.ts';
import type { RecordedCommand, Recording } from './recording.ts';

const head = z.object({ fly_toml: z.string(), stub: z.custom<Recording['stub']>(), env_changes: z.record(z.string(), z.string().nullable()), signals: z.array(z.array(z.custom<NonNullable<Recording['signals']>[number]>())) });
const record = z.object({
  trap: z.boolean().optional(),
  otlp: z.boolean().optional(),
  method: z.string().optional(),
  path: z.string().nullish(),
  query: z.string().nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
  body: z.unknown().optional(),
  status: z.number().nullish(),
  resp: z.unknown().optional(),
});

type Settings = Pick<Recording, 'flyToml' | 'stub' | 'environment' | 'signals'>;

/** What stands in `NAME.jsonl`: how the stub was set, and the calls of each command. Telemetry is none of Fly's. */
export function rawScenario(text: string): { settings: Settings; calls: { command: string; calls: Call[] }[] } {
  const [first = '', ...lines] = text.trim().split('\n');
  const { fly_toml: flyToml, stub, env_changes: environment, signals } = head.parse(JSON.parse(first));
  const calls: { command: string; calls: Call[] }[] = [];
  for (const line of lines) {
    const parsed = z.union([z.object({ command: z.string() }), record]).parse(JSON.parse(line));
    if ('command' in parsed) calls.push({ command: parsed.command.replace(/^flyctl /u, ''), calls: [] });
    else {
      const call = callOf(parsed);
      if (call !== null) calls.at(-1)?.calls.push(call);
    }
  }
  return { settings: { flyToml, stub, ...(Object.keys(environment).length === 0 ? {} : { environment }), ...(signals.length === 0 ? {} : { signals: signals.flat() }) }, calls };
}

function callOf({ trap, otlp, method, path, query, headers, body, status, resp }: z.infer<typeof record>): Call | null {
  if (trap === true || otlp === true || method === undefined || typeof path !== 'string') return null;
  const isCreation = method === 'POST' && path.endsWith('/machines') && status === 200;
  return {
    method,
    path,
    query: query ?? '',
    nonce: headers?.['fly-machine-lease-nonce'] !== undefined,
    body: decidingBody(path, body),
    // A reset is written as 0.
    status: status === 0 ? null : status ?? null,
    made: isCreation ? idOf(resp) : null,
  };
}

/** An answer that was cut is a text; its id stands first. */
function idOf(answer: unknown): string | null {
  return /"id":\s*"([^"]+)"/u.exec(typeof answer === 'string' ? answer : JSON.stringify(answer))?.[1] ?? null;
}

type Said = Omit<RecordedCommand, 'calls'>;

/** What stands in `NAME.txt`, command by command. */
export function rawCommands(text: string): { commands: Said[]; remembered: Record<string, number> | null } {
  const [commands = '', configuration] = text.split('\n--- config.yml\n');
  const blocks = commands.split(/^(?=\$ (?:<stdin: ".*"> )?flyctl .*\nexit=)/mu);
  // An empty line sets commands apart.
  return { commands: blocks.filter((block) => block.startsWith('$ ')).map((block) => commandOf(block.replace(/\n\n$/u, '\n'))), remembered: configuration === undefined ? null : versionsOf(configuration) };
}

function commandOf(block: string): Said {
  const [, stdin, argv = ''] = /^\$ (?:<stdin: (".*")> )?flyctl (.*)\n/u.exec(block) ?? [];
  const [, exit, seconds] = /^exit=(-?\d+) duration=([\d.]+)s/mu.exec(block) ?? [];
  const machines = section(block, 'machines afterwards').filter((line) => line !== '').map(machineLine);
  const release = section(block, 'releases afterwards').filter((line) => line !== '').map((line) => z.object({ status: z.string() }).parse(JSON.parse(line)).status).at(-1);
  return {
    argv,
    ...(stdin === undefined ? {} : { stdin: z.string().parse(JSON.parse(stdin)) }),
    exit: Number(exit),
    seconds: Number(seconds),
    stdout: section(block, 'stdout').map(neutral),
    stderr: section(block, 'stderr').map(neutral),
    ...(machines.length === 0 ? {} : { machines }),
    ...(release === undefined ? {} : { release }),
  };
}

/** The lines between `--- name` and the next such line. */
function section(block: string, name: string): string[] {
  const [, rest] = block.split(new RegExp(`^--- ${name}\\n`, 'mu'));
  if (rest === undefined) return [];
  const [own = ''] = rest.split(/^--- (?:stdout|stderr|machines afterwards|releases afterwards)\n/mu);
  return own.replace(/\n$/u, '').split('\n');
}

const machine = z.object({ id: z.string(), state: z.string(), image: z.string(), group: z.string(), release: z.string(), bg_tag: z.string().nullable(), canary: z.string().nullable(), cordoned: z.boolean(), lease: z.boolean(), checks: z.array(z.string()) });

function machineLine(line: string): string {
  const { id, state, image, group, release, bg_tag: tag, canary, cordoned, lease, checks } = machine.parse(JSON.parse(line));
  return writeMachine({ id, group, state, image, release, tag, isCanary: canary !== null, cordoned, leased: lease, isHealthy: checks.every((check) => check === 'passing') });
}

function versionsOf(configuration: string): Record<string, number> {
  return Object.fromEntries([...configuration.matchAll(/^ {4}(\S+): (\d+)$/gmu)].map(([, app = '', version = '']) => [app, Number(version)]));
}
