import type * as t from '@babel/types';
import type { Place } from '../types.ts';
import type { Callable, Class, Scope, Text, Value } from './values.ts';

/** What `up()` sends to the database, in order. */
export type Sent =
  | { readonly kind: 'sql'; readonly text: Text; readonly call: Place; readonly conditional: boolean; readonly from: 'query' | 'change-column' }
  | { readonly kind: 'unresolved'; readonly call: Place; readonly conditional: boolean; readonly why: string; readonly subject: string };

/** How a statement ended. What stands behind an unknown condition ends nothing. */
export type Completion = 'normal' | 'return' | 'break' | 'continue' | 'throw';

/** A file that the migration reads, by the way it named it. */
export interface Wanted { readonly from: string; readonly named: string }

/** The parts of the evaluation know each other only through this. */
export interface Interpreter {
  evaluate(node: t.Node, scope: Scope): Value;
  execute(node: t.Statement, scope: Scope): Completion;
  call(callee: Callable, args: readonly Value[]): Value;
  callMember(instance: Value, of: Class, name: string, args: readonly Value[], statics: boolean): Value | null;
  bind(target: t.Node, value: Value, scope: Scope): void;
  assign(target: t.Node, value: Value, scope: Scope): void;
  /** Behind a condition that is not known. */
  conditionally<T>(work: () => T): T;
  /** Ways of which it is not known which is taken: each starts from the same values. `oneOfThem`: one is, surely. */
  branches<T>(works: readonly (() => T)[], oneOfThem: boolean): T[];
  /** What follows in this function may not be reached. */
  maybeEnded(): void;
  returned(value: Value): void;
  conditions(): number;
  hole(): string;
  placeOf(node: t.Node, scope: Scope): Place;
  send(text: Value, call: Place, from?: 'query' | 'change-column'): void;
  unresolved(call: Place, subject: string, why: string): void;
  /** The text of a file that the migration reads. */
  file(wanted: Wanted, place: Place): Value;
  /** What a module of the repository exports; null for any other. */
  module(wanted: Wanted): Value | null;
}
