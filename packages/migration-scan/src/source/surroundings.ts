import { posix } from 'node:path';
import type * as t from '@babel/types';
import { LIMITS } from '../limits.ts';
import type { Tree, TreeFile } from '../types.ts';
import type { Surroundings } from './evaluate.ts';
import type { Wanted } from './interpreter.ts';
import { parseSource } from './parse.ts';

/** What migrations read beside themselves. Following one is not asynchronous: what is missing is noted, read, and the migration followed again. */
export class Reading implements Surroundings {
  private readonly tree: Tree;
  private readonly files = new Map<string, TreeFile>();
  private readonly names = new Map<string, readonly string[]>();
  private readonly programs = new Map<string, t.Program | null>();
  private wanted = new Set<string>();
  private wantedNames = new Set<string>();

  constructor(tree: Tree) {
    this.tree = tree;
  }

  /** Follows until nothing is missing any more. */
  async followed<T>(follow: () => T): Promise<T> {
    for (let round = 1; ; round += 1) {
      const result = follow();
      if ((this.wanted.size === 0 && this.wantedNames.size === 0) || round === LIMITS.readRounds) return result;
      await this.readWanted();
    }
  }

  file({ from, named }: Wanted): ReturnType<Surroundings['file']> {
    if (posix.isAbsolute(named)) return { kind: 'unread', why: `The file ${named} is named by no path within the repository` };
    const places = [...new Set([posix.normalize(named), posix.join(posix.dirname(from), named)])];
    const inside = places.filter((path) => path !== '..' && !path.startsWith('../'));
    if (inside.length === 0) return { kind: 'unread', why: `The file ${named} lies outside the repository` };
    const [only, ...others] = this.byName(posix.basename(named));
    for (const path of [...inside, ...(only !== undefined && others.length === 0 ? [only] : [])]) {
      const found = this.look(path);
      if (found.kind === 'refused') return { kind: 'unread', why: `The file ${path} is not read: ${found.why}` };
      if (found.kind === 'text') return { kind: 'text', path, text: found.text };
    }
    return { kind: 'unread', why: `The file ${named} is not in the repository at the target commit` };
  }

  textOf(path: string): string {
    const known = this.files.get(path);
    return known?.kind === 'text' ? known.text : '';
  }

  module({ from, named }: Wanted): { path: string; program: t.Program } | null {
    if (!named.startsWith('./') && !named.startsWith('../')) return null;
    const path = posix.join(posix.dirname(from), named);
    if (path.startsWith('../')) return null;
    const bare = path.replace(/\.[cm]?js$/u, '');
    for (const place of [path, `${bare}.ts`, `${bare}.js`, `${path}/index.ts`, `${path}/index.js`]) {
      if (!/\.[cm]?[jt]s$/u.test(place)) continue;
      const program = this.program(place);
      if (program !== null) return { path: place, program };
    }
    return null;
  }

  private program(path: string): t.Program | null {
    const known = this.programs.get(path);
    if (known !== undefined) return known;
    const found = this.look(path);
    if (found.kind !== 'text') return null;
    const parsed = parseSource({ path, source: found.text });
    const program = parsed.kind === 'parsed' ? parsed.ast.program : null;
    this.programs.set(path, program);
    return program;
  }

  private look(path: string): TreeFile {
    const known = this.files.get(path);
    if (known === undefined) this.wanted.add(path);
    return known ?? { kind: 'missing' };
  }

  private byName(name: string): readonly string[] {
    const known = this.names.get(name);
    if (known === undefined) this.wantedNames.add(name);
    return known ?? [];
  }

  private async readWanted(): Promise<void> {
    const [paths, names] = [this.wanted, this.wantedNames];
    [this.wanted, this.wantedNames] = [new Set(), new Set()];
    for (const path of paths) this.files.set(path, bounded(await this.tree.read(path)));
    for (const name of names) this.names.set(name, await this.tree.named(name));
  }
}

function bounded(file: TreeFile): TreeFile {
  return file.kind === 'text' && file.text.length > LIMITS.fileBytes ? { kind: 'refused', why: `it has more than ${LIMITS.fileBytes} bytes` } : file;
}
