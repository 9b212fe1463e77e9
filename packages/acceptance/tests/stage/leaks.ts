import { expect } from '@jest/globals';
import type { ActionRun } from '../../src/index.ts';
import { coresOf, secretOf, type Subject } from './actions.ts';

export function secretsOf({ inputs }: Subject): string[] {
  return inputs.filter(({ kind }) => kind === 'secret').map(({ name }) => secretOf(name));
}

/** Each secret in every text in which a tool or a server may print it. */
export function inEveryForm(secrets: readonly string[]): string {
  return secrets.flatMap((secret) => Object.entries(formsOf(secret)).map(([form, text]) => `${form} ${text}`)).join(' · ');
}

export function asHtml(secrets: readonly string[]): string {
  return secrets.join(' ').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

export function expectNothingLeaked(run: ActionRun, { inputs }: Subject): void {
  for (const { name } of inputs.filter(({ kind }) => kind === 'secret')) expectKept(run, secretOf(name), coresOf(name));
}

/**
 * Beside the line that tells GitHub what to mask, nothing that left the process holds the secret in any form.
 * @param cores what of it no escaping changes
 */
export function expectKept(run: ActionRun, secret: string, cores: readonly string[] = [secret]): void {
  const { masks, rest } = maskedOf(run);
  const encoded = Object.entries(formsOf(secret)).filter(([form]) => form.startsWith('base64') || form === 'hex');
  const telling = [...cores, ...encoded.map(([, text]) => tellingPart(text))];
  expect({ leaks: telling.flatMap((part) => placesOf(part, rest)) }).toEqual({ leaks: [] });
  expect(masks).toContain(secret);
}

/** Nothing that left the process holds any of them, beside what GitHub was told to mask. */
export function expectSilent(run: ActionRun, secrets: readonly string[]): void {
  const { rest } = maskedOf(run);
  expect({ leaks: secrets.flatMap((secret) => placesOf(secret, rest)) }).toEqual({ leaks: [] });
}

/** The texts in which a tool or a server may print a secret. */
function formsOf(secret: string): Readonly<Record<string, string>> {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return {
    plain: secret,
    base64: base64(secret),
    'base64 of a login': base64(`x:${secret}`),
    'base64 of a header': base64(`Bearer ${secret}`),
    base64url: Buffer.from(secret).toString('base64url'),
    hex: Buffer.from(secret).toString('hex'),
    url: encodeURIComponent(secret),
    form: new URLSearchParams({ secret }).toString(),
    json: JSON.stringify(secret),
  };
}

/** The first and the last characters of base64 depend on what stands beside the secret. */
function tellingPart(encoded: string): string {
  return encoded.slice(12, -6);
}

/** Where it stands, with the words before it. */
function placesOf(part: string, text: string): string[] {
  return text.split(part).slice(0, -1).map((before) => `${before.slice(-80)}${part}`);
}

/** What GitHub is told to mask, and everything else that leaves the process. */
function maskedOf({ log, commandFiles }: ActionRun): { masks: string[]; rest: string } {
  const lines = log.split('\n');
  const isMask = (line: string): boolean => line.startsWith('::add-mask::');
  return {
    masks: lines.filter(isMask).map((line) => line.slice('::add-mask::'.length).replaceAll('%25', '%')),
    rest: [...lines.filter((line) => !isMask(line)), commandFiles].join('\n'),
  };
}
