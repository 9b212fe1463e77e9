import { COMMANDS, type Command, readCommand } from '../commands/line.ts';
import { placeOf } from '../commands/place.ts';
import { createMatchers } from '../commands/matchers.ts';
import { putIgnoringCase } from '../expressions/values.ts';
import type { Commanded } from './commanded.ts';

export interface Channel {
  take(line: string): void;
  /** A command could not be processed: the step fails although its process ends with 0 (C6, C7). */
  failed(): boolean;
}

// Constants.cs.
const DISABLED = (name: string): string =>
  `The \`${name}\` command is disabled. Please upgrade to using Environment Files or opt into unsecure command execution by setting the \`ACTIONS_ALLOW_UNSECURE_COMMANDS\` environment variable to \`true\`. For more information see: https://github.blog/changelog/2020-10-01-github-actions-deprecating-set-env-and-add-path-commands/`;
const BAD_TOKEN =
  "You cannot use a endToken that is an empty string, the string 'pause-logging', or another workflow command. For more information see: https://docs.github.com/actions/learn-github-actions/workflow-commands-for-github-actions#example-stopping-and-starting-workflow-commands or opt into insecure command execution by setting the `ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS` environment variable to `true`.";
// These never echo, whatever `echo` says (C10).
const SILENT = new Set(['add-mask', 'debug', 'error', 'warning', 'notice']);

/** The lines of one step's processes: they become log, or are commands and then are not printed (C4). Its stop state ends with it (C8). */
export function commandChannel(work: Commanded): Channel {
  const { job } = work.scope;
  const { log, masker } = job;
  let stopToken: string | null = null;
  let failed = false;
  let echo = job.debugging;
  const matchers = createMatchers(job.matchers, job.workspace);
  const act = commandTable(work, (on) => (echo = on));
  const stop = (token: string): void => {
    const name = token.toLowerCase();
    if (!allows(work, 'ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS') && (name === '' || name === 'pause-logging' || COMMANDS.has(name))) throw new Error(BAD_TOKEN);
    stopToken = name;
    if (token.length > 6) masker.add(token);
  };
  const handle = (command: Command, line: string): void => {
    try {
      if (command.name === 'stop-commands') {
        stop(command.data);
        return log.line(work.log, line);
      }
      if (echo && !SILENT.has(command.name)) log.line(work.log, line);
      if (echo && command.name === 'add-mask' && command.data.trim() !== '') log.line(work.log, '::add-mask::***');
      act(command);
    } catch (error) {
      failed = true;
      const shown = SILENT.has(command.name) ? command.name : line;
      log.annotate(work.log, { level: 'error', message: `Unable to process command '${shown}' successfully.` });
      log.annotate(work.log, { level: 'error', message: error instanceof Error ? error.message : String(error) });
    }
  };
  return {
    failed: () => failed,
    take: (line) => {
      const command = readCommand(line, stopToken === null ? COMMANDS : new Set([...COMMANDS, stopToken]));
      if (command !== null && stopToken === null) return handle(command, line);
      if (command !== null && command.name === stopToken) stopToken = null;
      const found = command === null ? matchers.read(line) : null;
      if (found === null) log.line(work.log, line);
      else log.annotate(work.log, found.issue, found.shown);
    },
  };
}

function commandTable(work: Commanded, setEcho: (on: boolean) => void): (command: Command) => void {
  const { job } = work.scope;
  const { log, masker } = job;
  const named = ({ name, properties }: Command): string => {
    const value = properties['name'] ?? '';
    if (value === '') throw new Error(`Required field 'name' is missing in ##[${name}] command.`);
    return value;
  };
  const unsecure = ({ name }: Command): void => {
    if (!allows(work, 'ACTIONS_ALLOW_UNSECURE_COMMANDS')) throw new Error(DISABLED(name));
  };
  const annotate = (command: Command): void =>
    log.annotate(work.log, { ...placeOf(command.properties, job.workspace), level: command.name as 'error' | 'warning' | 'notice', message: command.data });
  const table: Readonly<Record<string, (command: Command) => void>> = {
    'add-mask': ({ data }) => {
      if (data.trim() === '') log.annotate(work.log, { level: 'warning', message: "Can't add secret mask for empty string in ##[add-mask] command." });
      else masker.add(data);
    },
    'set-output': (command) => putIgnoringCase(work.outputs, named(command), command.data),
    'save-state': (command) => {
      const name = named(command);
      if (work.saved !== null) putIgnoringCase(work.saved, name, command.data);
    },
    'set-env': (command) => {
      unsecure(command);
      const name = named(command);
      if (name.toUpperCase() === 'NODE_OPTIONS') log.annotate(work.log, { level: 'error', message: "Can't update NODE_OPTIONS environment variable using ::set-env:: command." });
      else work.effects.environment(name, command.data);
    },
    'add-path': (command) => {
      unsecure(command);
      if (command.data === '') throw new Error('path');
      work.effects.path(command.data);
    },
    error: annotate,
    warning: annotate,
    notice: annotate,
    debug: ({ data }) => log.debug(work.log, data),
    group: ({ data }) => log.line(work.log, `##[group]${data}`),
    endgroup: () => log.line(work.log, '##[endgroup]'),
    echo: ({ data }) => {
      const value = data.trim().toLowerCase();
      if (value !== 'on' && value !== 'off') throw new Error(`Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '${data}'.`);
      setEcho(value === 'on');
    },
    'add-matcher': ({ data }) => (data === '' ? log.annotate(work.log, { level: 'warning', message: 'File path must be specified.' }) : job.matchers.add(data, job.workspace)),
    'remove-matcher': ({ data, properties }) => job.matchers.remove(properties['owner'] ?? '', data, job.workspace),
  };
  return (command) => table[command.name]?.(command);
}

/** An opt-in of the workflow's env or of the runner's own environment. */
function allows({ scope, environment }: Commanded, name: string): boolean {
  const { job } = scope;
  const value = { ...job.request.run.options.environment, ...job.environment, ...scope.environment, ...environment }[name];
  return value?.trim().toLowerCase() === 'true';
}
