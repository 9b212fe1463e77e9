import { readFileSync } from 'node:fs';
import { FaultSyntaxError, parseFault } from '@vendure-deploy/twin';
import { InvalidArgumentError } from 'commander';

/** The lines of a fault file that are neither empty nor remarks. @throws {InvalidArgumentError} with the line's number */
export function readFaultFile(file: string): string[] {
  return linesOf(file).flatMap((line, index) => (/^\s*(#|$)/u.test(line) ? [] : [checked(line.trim(), `${file}:${index + 1}: `)]));
}

/** A fault line of the command line. @throws {InvalidArgumentError} what was given and what is allowed there */
export function faultLine(line: string): string {
  return checked(line, '');
}

function checked(line: string, place: string): string {
  try {
    parseFault(line);
    return line;
  } catch (error) {
    if (error instanceof FaultSyntaxError) throw new InvalidArgumentError(`${place}${error.message}`);
    throw error;
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/u);
  } catch (error) {
    throw new InvalidArgumentError(`It cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
