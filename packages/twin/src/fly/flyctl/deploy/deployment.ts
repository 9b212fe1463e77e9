import type { FlyctlClient } from '../client.ts';
import type { Clock } from '../clock.ts';
import type { DeployCommand } from '../command-line.ts';
import type { LaunchInput, Machines, RemoteMachine } from '../machines.ts';

/** One run of `flyctl deploy`, once its release is made. */
export interface Deployment {
  readonly app: string;
  readonly toml: unknown;
  /** The image's reference, as Fly has resolved it. */
  readonly image: string;
  readonly strategy: string;
  readonly release: { readonly id: string; readonly version: number };
  readonly command: DeployCommand;
  readonly client: FlyctlClient;
  readonly machines: Machines;
  readonly clock: Clock;
  readonly speed: number;
  /** Ends with a signal. */
  readonly signal: AbortSignal;
  /** What `secrets` commands with the same FLY_CONFIG_DIR have set at last. */
  readonly minimumSecretsVersion: number | null;
  /** The app has no Machine that flyctl has made. */
  readonly firstDeploy: boolean;
  /** Process groups whose listening was looked at: once each. */
  readonly looked: Set<string>;
}

/** A Machine that is held by a lease while something is done to it. */
export interface Held {
  machine: RemoteMachine;
  /** '' without a lease. */
  nonce: string;
  destroyed: boolean;
  stopRefreshing(): void;
}

export interface Update {
  held: Held;
  readonly input: LaunchInput;
  /** Its host is not to be trusted: it is destroyed, and another one made. */
  readonly replace: boolean;
}

export function hold(machine: RemoteMachine): Held {
  return { machine, nonce: machine.nonce ?? '', destroyed: false, stopRefreshing: () => undefined };
}

/** One line of progress, as flyctl prints it without a terminal; `[2/3]` only where there are several. */
export interface StatusLine {
  running(text: string): void;
  success(text: string): void;
  failure(text: string): void;
  /** With the mark of the last status. */
  log(text: string): void;
}

export function statusLine(number: number, total: number): StatusLine {
  const prefix = total > 1 ? `[${number}/${total}] ` : '';
  let mark = '>';
  const print = (sign: string, text: string): void => {
    mark = sign;
    process.stdout.write(`${sign} ${prefix}${text}\n`);
  };
  return {
    running: (text) => print('>', text),
    success: (text) => print('✔', text),
    failure: (text) => print('✖', text),
    log: (text) => print(mark, text),
  };
}

/** `terminal.Warnf`: on standard output, whatever NO_COLOR says. */
export function warn(text: string): void {
  process.stdout.write(`\u001b[33mWARN\u001b[0m ${text}\n`);
}

export function inform(text: string): void {
  process.stdout.write(`\u001b[2mINFO\u001b[0m ${text}\n`);
}
