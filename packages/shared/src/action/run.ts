import * as core from '@actions/core';
import { httpClient, useProxyFromEnvironment } from '../net/index.ts';
import { processRedactor } from '../secrets/index.ts';
import { childEnvironment } from '../tools/environment.ts';
import type { ActionContext, ActionResult, AnyActionDefinition, PostContext } from './definition.ts';
import { resultText } from './document.ts';
import type { InputSpec } from './inputs.ts';
import { clock, folders, rawInput, runContext } from './environment.ts';
import { ending, explain, type Ending } from './ending.ts';
import { hideUnlessWord } from './hide.ts';
import { idToken } from './identity.ts';
import { documentInWordsOf, inWordsOf, readLaptop } from './laptop.ts';
import { log } from './log.ts';
import { findSecret, type Process, readInputs } from './read-inputs.ts';
import { jobSummary } from './summary.ts';

/** GitHub sends SIGINT, SIGTERM 7.5 s later and SIGKILL 2.5 s after that: all that is to be said must be said before the second. */
const lastMomentMs = 6_000;

/** The whole life of an action's process: main, or post when the main step left its mark. Ends the process. */
export async function runAction(definition: AnyActionDefinition): Promise<void> {
  const started = performance.now();
  const cancel = new AbortController();
  const isPost = core.getState('isPost') === 'true';
  let finished = false;
  const finish = (end: Ending): never => {
    if (finished) process.exit(1);
    finished = true;
    if (isPost) process.exit(afterwards(definition, end));
    const published = publish(definition, inWordsOfThisMachine(end), (performance.now() - started) / 1000);
    process.exit(end.failed || !published ? 1 : 0);
  };
  const interrupted = (signal: NodeJS.Signals): void => {
    if (cancel.signal.aborted) return;
    log.warning(`${definition.name}: ${signal} received, ending`);
    setTimeout(() => finish(ending(definition, { cancelled: true })), lastMomentMs);
    cancel.abort(new DOMException(`${signal} received`, 'AbortError'));
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  if (readLaptop(process.env) !== null) endWithStarter(() => interrupted('SIGTERM'));
  process.on('uncaughtException', (error) => finish(ending(definition, { error, cancelled: cancel.signal.aborted })));

  try {
    useProxyFromEnvironment();
    if (isPost) {
      await definition.post?.(postContext(definition, cancel.signal));
      process.exit(0);
    }
    core.saveState('isPost', 'true');
    const result = await definition.run(await mainContext(definition, cancel.signal));
    finish({ result: cancel.signal.aborted ? cancelled(result) : result, failed: !['done', 'skipped'].includes(result.decision), details: null });
  } catch (error) {
    finish(ending(definition, { error, cancelled: cancel.signal.aborted }));
  }
}

const LOOK_MS = 1_000;

/** A deploy from a laptop that was killed leaves nobody who renews its lock: what it had started must not go on until others may take that. */
function endWithStarter(end: () => void): void {
  const starter = process.ppid;
  // Nobody reads on; what was started has to be ended all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  setInterval(() => { if (process.ppid !== starter) end(); }, LOOK_MS).unref();
}

function inWordsOfThisMachine(end: Ending): Ending {
  const laptop = readLaptop(process.env);
  return laptop === null ? end : { ...end, result: { ...end.result, message: inWordsOf(laptop, end.result.message), result: documentInWordsOf(laptop, end.result.result) } };
}

/** What a cancel interrupted looks like a fault of the provider: the cause is the cancel, whatever the last words say. */
function cancelled(result: ActionResult<Record<string, string>>): ActionResult<Record<string, string>> {
  if (['done', 'skipped'].includes(result.decision) || result.reasonCode === 'cancelled') return result;
  return { ...result, reasonCode: 'cancelled', message: `cancelled. ${result.message}` };
}

async function mainContext(definition: AnyActionDefinition, signal: AbortSignal): Promise<ActionContext<Record<string, InputSpec<unknown>>>> {
  const http = httpClient({ signal, clock });
  const own = processOf(http, signal);
  const { values, absent } = await readInputs(definition, own);
  return {
    ...own,
    inputs: values,
    clock,
    http,
    state: { save: (key, value) => core.saveState(key, processRedactor.redact(value)) },
    summary: { add: (markdown) => jobSummary.add(documentInWordsOf(readLaptop(process.env), markdown)) },
    ...folders(process.env),
    environment: childEnvironment({}),
    whereLooked: (input) => absent.get(input) ?? '',
  };
}

function postContext(definition: AnyActionDefinition, signal: AbortSignal): PostContext {
  const http = httpClient({ signal, clock });
  const own = processOf(http, signal);
  return { log, signal, run: own.run, http, clock, temporary: folders(process.env).temporary, state: { read: (key) => core.getState(key) }, input: rawInput, secret: (name) => findSecret(definition, name, own) };
}

function processOf(http: ActionContext<unknown>['http'], signal: AbortSignal): Process {
  return { run: runContext(process.env), signal, log, hide: hideUnlessWord, idToken: (audience) => idToken(http, audience), workspace: folders(process.env).workspace };
}

/** What could not be tidied up is a warning: the main step's verdict stands. Only a fault of our own fails the post step. */
function afterwards(definition: AnyActionDefinition, end: Ending): number {
  if (end.result.reasonCode !== 'unexpected-error') {
    log.warning(`${definition.name}: ${end.result.message}`);
    return 0;
  }
  explain(definition, end);
  return 1;
}

/** Outputs first: a later step with `if: always()` reads them even when the log could not be written. */
function publish(definition: AnyActionDefinition, end: Ending, seconds: number): boolean {
  const { result } = end;
  const document = { 'schema-version': 1, action: definition.name, decision: result.decision, 'reason-code': result.reasonCode, message: result.message, seconds: Math.round(seconds * 1000) / 1000, ...result.result, notes: result.notes ?? [] };
  const outputs: Record<string, string | undefined> = { ...result.outputs, decision: result.decision, 'reason-code': result.reasonCode, result: resultText(document) };
  const written = [...Object.keys(definition.outputs), 'decision', 'reason-code', 'result'].map((name) => setOutput(name, outputs[name] ?? ''));
  explain(definition, end);
  return written.every(Boolean);
}

/** True when it is written. A step after us must never take a missing output for an empty one without the job being red. */
function setOutput(name: string, value: string): boolean {
  try {
    core.setOutput(name, processRedactor.redact(value));
    return true;
  } catch (error) {
    log.error(`Output ${name} could not be written: ${String(error)}`);
    return false;
  }
}
