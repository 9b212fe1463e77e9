export { defineAction } from './definition.ts';
export type { ActionContext, ActionDefinition, ActionResult, AnyActionDefinition, Clock, Decision, InputValues, Log, Note, Place, PostContext, RunContext } from './definition.ts';
export { input, type InputKind, type InputSpec } from './inputs.ts';
export { markdownCell, markdownCode } from './markdown.ts';
export { UserError } from './errors.ts';
export { REASON_CODES, type ReasonCode } from './reason-codes.ts';
export { runAction } from './run.ts';
export { stopwatch, type Stopwatch } from './stopwatch.ts';
export { describeAction, type ActionDescription } from './describe.ts';
