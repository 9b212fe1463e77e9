import { inspect } from 'node:util';

/** GitHub's own masker takes each line of a secret; shorter ones would blank ordinary words. */
const shortestPlain = 4;
/** A derived form shorter than this is more likely a word than a secret. */
const shortestDerived = 8;

/**
 * Every form in which tools are known to print a secret (security-and-reliability: GitHub's own masking misses most of them).
 * Text that was cut, compressed or spread over lines is not covered: such text must never be emitted.
 */
export function derivedForms(value: string): string[] {
  const plain = [value, value.trim(), ...value.split(/\r?\n/).map((line) => line.trim())].filter((form) => form.length >= shortestPlain);
  const texts = plain.flatMap((form) => [form, json(form), goJson(form)]);
  const derived = [...texts.flatMap(encoded), ...plain.flatMap(escaped)];
  return [...new Set([...plain, ...derived.filter((form) => form.length >= shortestDerived)])];
}

/** Encodings of bytes; also applied to the JSON-escaped text, because whole JSON documents get encoded. */
function encoded(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = [0, 1, 2].map((offset) => alignmentFreeCore(bytes, offset));
  const twice = base64.slice(0, 1).flatMap((core) => [0, 1, 2].map((offset) => alignmentFreeCore(Buffer.from(core), offset)));
  const hex = bytes.toString('hex');
  return [text, ...base64, ...base64.map(urlSafe), ...twice, hex, hex.toUpperCase(), Array.from(text).reverse().join('')];
}

/** The base64 characters that depend on the secret alone, whatever stands `offset` bytes before it and after it. */
function alignmentFreeCore(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

function escaped(text: string): string[] {
  return [
    json(json(text)),
    percent(text, /[A-Za-z0-9_.!~*'()-]/),
    percent(text, /[A-Za-z0-9_.~-]/),
    percent(text, /[A-Za-z0-9_.!~*'()-]/).toLowerCase(),
    encodeURI(text.toWellFormed()),
    form(text),
    ...urlParts(text),
    inspect(text).slice(1, -1),
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll('"', '\\"'),
    html(text, '&#39;'),
    html(text, '&apos;'),
    html(text, '&#x27;'),
  ];
}

function json(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Go's encoding/json escapes these three (flyctl prints so). */
function goJson(text: string): string {
  return json(text).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}

function percent(text: string, kept: RegExp): string {
  return [...Buffer.from(text)].map((byte) => (byte < 128 && kept.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('');
}

function form(text: string): string {
  return new URLSearchParams({ v: text }).toString().slice(2);
}

/** As `new URL()` prints them in a connection string: each part has its own escape set. */
function urlParts(text: string): string[] {
  const url = new URL('https://host.invalid/');
  url.password = text;
  url.pathname = text;
  url.search = text;
  return [url.password, url.pathname.slice(1), url.search.slice(1)];
}

function html(text: string, apostrophe: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", apostrophe);
}
