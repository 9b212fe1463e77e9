import { Command, InvalidArgumentError, Option } from 'commander';
import { parse } from 'yaml';
import { type Extra, EXTRAS, type Path } from './propose/index.ts';

export interface Setting {
  readonly path: Path;
  readonly value: unknown;
}

export interface InitOptions {
  readonly repo: string;
  readonly sets: readonly Setting[];
  readonly extras: readonly Extra[];
  /** The ref of the suite that the callers name; null: what they name already, else v1. */
  readonly pin: string | null;
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly rehearse: boolean;
  readonly json: boolean;
}

interface RawFlags {
  repo: string;
  set: Setting[];
  with: Extra[];
  pin?: string;
  force?: boolean;
  dryRun?: boolean;
  rehearse: boolean;
  json?: boolean;
}

/** Parses the arguments of `script/init`. Ends the process with code 2 and one sentence when they do not fit. */
export function parseCommandLine(argv: readonly string[]): InitOptions {
  const program = new Command('script/init')
    .description("Writes a shop's .github/deploy.config.yml and its caller workflows from what the checkout says, and rehearses a deploy of it. It asks nothing.")
    .option('--repo <dir>', "the shop's checkout", '.')
    .option('--set <key=value>', 'what the checkout does not say, or says otherwise; a list or a mapping as in YAML (repeatable)', (text: string, before: Setting[]) => [...before, setting(text)], [])
    .addOption(new Option('--with <part>', 'also the hidden lane, previews of pull requests, or the WordPress plugin (repeatable)').choices(EXTRAS).argParser((text: string, before: Extra[] | undefined) => [...(before ?? []), extra(text)]).default([], 'none'))
    .option('--pin <ref>', 'the commit or tag of the suite that the workflows call (default: what they call already, else v1)', ref)
    .option('--force', 'overwrite files that differ from what is proposed')
    .option('--dry-run', 'only show what would be written')
    .option('--no-rehearse', 'do not rehearse afterwards')
    .option('--json', 'one JSON document: found, files, missing; nothing is rehearsed')
    .addHelpText('after', EXAMPLES)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  program.parse([...argv], { from: 'user' });
  const { repo, set, with: extras, pin, force, dryRun, rehearse, json } = program.opts<RawFlags>();
  return { repo, sets: set, extras, pin: pin ?? null, force: force ?? false, dryRun: dryRun ?? false, rehearse, json: json ?? false };
}

const EXAMPLES = `
A file of yours that differs is kept, and the difference shown. What cannot be found out stands in the configuration as a remark, and on the screen.

Examples:
  script/init --repo ~/shop
  script/init --dry-run
  script/init --set environments.production.surfaces.vendure.public-url=https://api.shop.example
  script/init --set 'environments.staging.surfaces.vendure.secrets={source: inputs, names: [DATABASE_URL]}'
  script/init --with preview --pin 0123456789abcdef0123456789abcdef01234567

Exit code: 0 the configuration is whole (and its rehearsal succeeded, where one ran), 1 something is missing or does not fit, 2 the command line or the checkout is wrong.`;

/** A list or a mapping is YAML's; else what stands there is the value, and only a short number or a boolean is one. */
export function setting(text: string): Setting {
  const [, key, value] = /^(?<key>[^=]+)=(?<value>[\s\S]+)$/u.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It must be KEY=VALUE, for example environments.production.surfaces.vendure.public-url=https://api.shop.example.');
  const path = key.split('.');
  if (path.some((part) => part === '' || ['__proto__', 'constructor', 'prototype'].includes(part))) throw new InvalidArgumentError(`"${key}" is no key of the configuration.`);
  return { path, value: valueOf(value) };
}

function valueOf(text: string): unknown {
  if (/^\d{1,9}$/u.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  if (!/^[[{]/u.test(text)) return text;
  try {
    return parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`"${text}" is no list and no mapping of YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`);
  }
}

function extra(text: string): Extra {
  const found = EXTRAS.find((one) => one === text);
  if (found === undefined) throw new InvalidArgumentError(`Allowed: ${EXTRAS.join(', ')}.`);
  return found;
}

function ref(text: string): string {
  if (!/^(?:[0-9a-f]{40}|v\d+(?:\.\d+){0,2})$/u.test(text)) throw new InvalidArgumentError('It must be a commit with all 40 digits, or a tag such as v1.');
  return text;
}
