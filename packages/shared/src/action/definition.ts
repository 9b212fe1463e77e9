import type { HttpClient } from '../net/types.ts';
import type { Secret } from '../secrets/index.ts';
import type { InputSpec } from './inputs.ts';
import type { Laptop } from './laptop.ts';
import type { ReasonCode } from './reason-codes.ts';

export type Decision = 'done' | 'skipped' | 'failed' | 'partial' | 'unknown';

export interface ActionDefinition<I extends Record<string, InputSpec<unknown>>, O extends Record<string, string>> {
  name: string;
  description: string;
  /** Keys exactly as in action.yml. */
  inputs: I;
  /** Name and description; `result`, `decision` and `reason-code` are added to every action. */
  outputs: O;
  run(context: ActionContext<I>): Promise<ActionResult<O>>;
  post?(context: PostContext): Promise<void>;
}

export type AnyActionDefinition = ActionDefinition<Record<string, InputSpec<unknown>>, Record<string, string>>;

export function defineAction<const I extends Record<string, InputSpec<unknown>>, const O extends Record<string, string>>(definition: ActionDefinition<I, O>): ActionDefinition<I, O> {
  return definition;
}

export type InputValues<I> = { readonly [K in keyof I]: I[K] extends InputSpec<infer T> ? T : never };

export interface ActionContext<I> {
  inputs: InputValues<I>;
  log: Log;
  /** Aborted by SIGINT and SIGTERM. */
  signal: AbortSignal;
  run: RunContext;
  clock: Clock;
  http: HttpClient;
  /** For the post step. */
  state: { save(key: string, value: string): void };
  /** The job summary: best effort, never fails the action. */
  summary: { add(markdown: string): void };
  workspace: string;
  temporary: string;
  /** What a child process may inherit. */
  environment: Readonly<Record<string, string>>;
  /** A secret that the action came by itself: from now on nothing shows it. */
  hide(value: string): Secret;
  /** Of a secret that was found in no place: which those are, as a sentence without its end; '' for any other input. */
  whereLooked(input: string): string;
  /** GitHub's word for which job this is, for one audience; null where it offers none (`id-token: write`). @throws {UserError} */
  idToken(audience: string): Promise<Secret | null>;
}

export interface PostContext {
  log: Log;
  signal: AbortSignal;
  run: RunContext;
  http: HttpClient;
  clock: Clock;
  temporary: string;
  state: { read(key: string): string };
  input(name: string): string;
  /** Found anew, as the main step found it. @throws {UserError} */
  secret(name: string): Promise<Secret>;
}

export interface ActionResult<O> {
  decision: Decision;
  reasonCode: ReasonCode;
  /** One sentence; on failure the error annotation: what serves, what to type. */
  message: string;
  /** Missing ones are set to ''. */
  outputs: { [K in keyof O]?: string | undefined };
  /** Merged into the `result` document. */
  result: Record<string, unknown>;
  /** What the report has to name beside the decision; left out: nothing. */
  notes?: readonly Note[];
}

/** What somebody chose to leave out, or what went well only at a second go. What the plan of the run leaves out by itself is none. */
export interface Note {
  kind: 'skipped' | 'suppressed' | 'healed' | 'warning';
  /** One short plain sentence. */
  what: string;
}

export interface Place {
  title?: string;
  file?: string;
  line?: number;
}

export interface Log {
  info(text: string): void;
  warning(text: string, place?: Place): void;
  error(text: string, place?: Place): void;
  notice(text: string): void;
  debug(text: string): void;
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

export interface RunContext {
  repository: string;
  runId: number;
  runAttempt: number;
  job: string;
  actor: string;
  sha: string;
  ref: string;
  serverUrl: string;
  apiUrl: string;
  runUrl: string;
  eventName: string;
  /** File with the payload of that event, as JSON; '' when there is none. */
  eventPath: string;
  /** File name of the workflow that was started, as `gh workflow run` takes it: the caller's own, also inside called workflows. */
  workflowFile: string;
  /** Set when no run of GitHub is around this: `runId` and `runUrl` then name nothing that can be looked up. */
  laptop?: Laptop;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** @throws {DOMException} AbortError when the signal aborts first */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
