import { z } from 'zod';
import { faultsOfSteps } from './step-faults.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
const text = z.string().min(1);

/** A second slash or a backslash would make the rest a host. */
const path = z.string().regex(/^\/(?![/\\])[^\s#\\]*$/).describe('A path of the surface, with its leading slash and never with a host; {{name}} stands for what an earlier step captured');
const pointer = z.string().regex(/^(?:\/(?:[^~/]|~[01])*)+$/).describe('A JSON pointer (RFC 6901), such as /data/search/totalItems');
const pattern = z.string().min(1).max(1000).refine((source) => !/\(\?(?:[=!]|<[=!])|\\[1-9]|\\k</.test(source), {
  error: 'it looks around or refers back; patterns are matched in linear time, as RE2 does, which has neither',
}).describe('A regular expression of RE2');
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const condition = z.union([scalar, z.strictObject({
  'at-least': z.number().optional(),
  matches: pattern.optional(),
  exists: z.boolean().optional(),
}).refine((given) => Object.keys(given).length > 0, { error: 'give at-least, matches or exists' })]).describe('The value itself, or at-least, matches, exists');

const expectation = z.strictObject({
  status: z.int().min(200).max(599).default(200),
  contains: z.array(text).optional().describe('Texts that the body has'),
  lacks: z.array(text).optional().describe('Texts that the body has not, such as the markers of an error'),
  matches: z.array(pattern).optional().describe('Patterns that are found in the body'),
  json: z.record(pointer, condition).optional().describe('What stands at places of a JSON body'),
}).refine(({ contains = [], matches = [], json = {} }) => contains.length + matches.length + Object.keys(json).length > 0, {
  error: 'it names nothing that only a right answer has: give contains, matches or json',
});

const capture = z.union([
  z.strictObject({ json: pointer }),
  z.strictObject({ matches: pattern }),
  z.strictObject({ header: z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/) }),
]).describe('Where the value stands: json (a pointer), matches (a pattern; its first group, else all of it) or header');

const step = z.strictObject({
  name: name.describe('What the step is called in logs and results'),
  surface: z.enum(['vendure', 'dashboard', 'storefront']).optional().describe('Whose public URL it goes to; without it, the one that it is written under'),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional().describe('Without it, POST when there is a body, else GET'),
  path,
  headers: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/), text).optional(),
  graphql: text.optional().describe('A GraphQL document; an answer with `errors` or with an errorCode fails the step by itself'),
  variables: z.record(z.string(), z.json()).optional().describe('Of that document'),
  json: z.json().optional().describe('A JSON body'),
  form: z.record(z.string(), z.string()).optional().describe('A body as a form sends it'),
  capture: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), capture).optional(),
  expect: expectation,
}).meta({ id: 'step' });

export type ProbeStep = z.infer<typeof step>;
export type Condition = z.infer<typeof condition>;
export type Expectation = ProbeStep['expect'];
export type Capture = z.infer<typeof capture>;

const steps = (kind: 'shadow' | 'canary') => z.array(step).min(1).max(50).superRefine((given, context) => {
  for (const { path: at, message } of faultsOfSteps(given, kind)) context.addIssue({ code: 'custom', path: [...at], message });
});

export const shadow = steps('shadow').optional().describe('Pages and questions that change nothing: they are asked for in each attempt');
export const canary = steps('canary').optional().describe('The way of a customer up to the shipping quote, in one session; it never pays');

const worker = { shadow, canary };

/** How the public side of a Worker is proven beyond its version and its first page. */
export const workerVerify = z.strictObject({
  ...worker,
  'api-origin': z.strictObject({ path, json: pointer }).optional().describe('Where the Worker says which API it uses: a path, and the place in its JSON'),
});

export const vendureVerify = z.strictObject({
  ...worker,
  'queue-lag-seconds': z.int().min(1).default(300).describe('Longest time, in seconds, that a job may wait for a worker'),
  'jobs-path': z.string().regex(/^\/(?![/\\])[^\s?#\\]*[^\s?#\\/]$/).optional().describe('Where the shop answers about its job queue (docs/shop-contract.md); needs the input `jobs-token`'),
});
