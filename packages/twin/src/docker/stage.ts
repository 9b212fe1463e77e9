import { execFile } from 'node:child_process';
import { cp, lstat, mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { execForm, expand, refuseAt, words, type Instruction } from './dockerfile.ts';
import { exists } from './context.ts';
import { installOf, pnpmHere, type Program, withoutCacheMounts } from './install.ts';
import { copyTree, linkPaths, linkTree, snapshot } from './layer.ts';
import { Refusal } from './refusal.ts';

export interface Stage {
  readonly name: string;
  /** The stage's file system, extracted. */
  readonly root: string;
  /** What each instruction has added, as a folder: only the layers of the image that is wanted are packed. */
  readonly layers: string[];
  readonly environment: Record<string, string>;
  /** ARG values: seen while building, absent from the image. */
  readonly arguments: Record<string, string>;
  readonly labels: Record<string, string>;
  readonly ports: string[];
  workingDirectory: string;
  user: string;
  entrypoint: string[];
  command: string[];
}

export interface StageInputs {
  readonly path: string;
  readonly context: string;
  readonly temporary: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  readonly globals: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
  /** Where npm and pnpm have their configuration and stores. */
  readonly home: string;
  log(line: string): void;
}

const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Carries out one instruction of a stage (all but FROM). */
export async function perform(stage: Stage, { keyword, rest, line }: Instruction, inputs: StageInputs): Promise<void> {
  const refuse = (message: string): never => refuseAt(inputs.path, line, message);
  const value = expand(rest, { ...stage.arguments, ...stage.environment });
  switch (keyword) {
    case 'WORKDIR':
      stage.workingDirectory = posix.resolve(stage.workingDirectory, value);
      return addLayer(stage, inputs, async (layer) => {
        if (await exists(join(stage.root, stage.workingDirectory))) return;
        await mkdir(join(layer, stage.workingDirectory), { recursive: true });
      });
    case 'COPY': return copy(stage, value, inputs, refuse);
    case 'RUN': return run(stage, value, inputs, refuse);
    case 'ENV': return void Object.assign(stage.environment, assignments(value, refuse));
    case 'LABEL': return void Object.assign(stage.labels, assignments(value, refuse));
    case 'ARG':
      for (const word of words(value)) {
        const [name, fallback] = splitAtEquals(word);
        const given = inputs.buildArguments[name] ?? fallback ?? inputs.globals[name];
        if (given !== undefined) stage.arguments[name] = given;
      }
      return;
    case 'EXPOSE': return void stage.ports.push(...words(value).map((port) => port.includes('/') ? port : `${port}/tcp`));
    case 'USER': return void (stage.user = value);
    case 'ENTRYPOINT': return void (stage.entrypoint = execForm(rest) ?? refuse('ENTRYPOINT must have the exec form: ["node", "…"]'));
    case 'CMD': return void (stage.command = execForm(rest) ?? refuse('CMD must have the exec form: ["node", "…"]'));
    default: return refuse(`the stand-in does not understand ${keyword} here`);
  }
}

async function copy(stage: Stage, text: string, inputs: StageInputs, refuse: (message: string) => never): Promise<void> {
  const all = execForm(text) ?? words(text);
  const flags = all.filter((word) => word.startsWith('--'));
  const [destination, ...reversed] = all.filter((word) => !word.startsWith('--')).toReversed();
  const sources = reversed.toReversed();
  if (destination === undefined || sources.length === 0) return refuse('COPY needs at least two arguments');
  let origin = inputs.context;
  for (const flag of flags) {
    const from = /^--from=(.+)$/.exec(flag)?.[1];
    if (from === undefined) return refuse(`the stand-in does not understand COPY ${flag}`);
    origin = (inputs.stages.find((each, index) => each.name === from || String(index) === from) ?? refuse(`COPY --from=${from}: the stand-in knows only earlier stages`)).root;
  }
  if (sources.length > 1 && !/(^|\/)\.?$/.test(destination)) return refuse('COPY of several sources needs a destination that ends with /');
  const target = posix.resolve(stage.workingDirectory, destination);
  const existing = await lstat(join(stage.root, target)).catch(() => null);
  // A file goes into a folder that is there, or that is written as one.
  const isFolder = /(^|\/)\.?$/.test(destination) || existing?.isDirectory() === true;
  await addLayer(stage, inputs, async (layer) => {
    for (const source of sources) {
      if (/[*?[\]]/.test(source)) return refuse(`the stand-in does not understand the pattern ${source} in COPY`);
      const path = join(origin, posix.resolve('/', source));
      const status = await lstat(path).catch(() => refuse(`"/${source.replace(/^\//, '')}": not found (COPY)`));
      const into = status.isDirectory() || !isFolder ? target : posix.join(target, basename(source));
      if (status.isDirectory()) {
        await copyTree(path, join(layer, into));
        continue;
      }
      await mkdir(dirname(join(layer, into)), { recursive: true });
      await cp(path, join(layer, into), { verbatimSymlinks: true });
    }
  });
}

/** `node <script> …`, the one program that is the same here and in the image, and installs from a lock file. */
async function run(stage: Stage, text: string, inputs: StageInputs, refuse: (message: string) => never): Promise<void> {
  const argv = withoutCacheMounts(execForm(text) ?? (/[|&;<>()`$*?]/.test(text) ? refuse(`the stand-in has no shell for RUN ${text}`) : words(text)), refuse);
  const root = await realpath(stage.root);
  const program = argv[0] === 'node' ? scriptOf(argv.slice(1), text, root, refuse) : installOf(argv, inputs.home, refuse);
  if (program === null) return inputs.log(`WARNING: ${argv.join(' ')}: the stand-in has pnpm ${pnpmHere()}`);
  const before = await snapshot(root);
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...program.args], {
      cwd: join(root, stage.workingDirectory), maxBuffer: MOST_OUTPUT_BYTES,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: root, ...stage.arguments, ...stage.environment, ...(program.home === null ? {} : { HOME: program.home }) },
    });
    for (const line of `${stdout}${stderr}`.split('\n').filter((each) => each !== '')) inputs.log(line);
  } catch (error) {
    for (const line of outputOf(error).split('\n').filter((each) => each !== '')) inputs.log(line);
    throw new Refusal(`process "${text}" did not complete successfully: exit code: ${exitCodeOf(error)}`);
  }
  const after = await snapshot(root);
  await addLayer(stage, inputs, async (layer) => {
    await linkPaths(root, layer, [...after].flatMap(([path, mark]) => (before.get(path) === mark ? [] : [path])));
    for (const path of before.keys()) {
      if (after.has(path)) continue;
      await mkdir(dirname(join(layer, path)), { recursive: true });
      await writeFile(join(layer, dirname(path), `.wh.${basename(path)}`), '');
    }
  }, false);
}

function scriptOf(args: readonly string[], text: string, root: string, refuse: (message: string) => never): Program {
  if (args.some((word) => word.startsWith('/') || word.split('/').includes('..'))) return refuse(`RUN ${text}: paths must be relative to WORKDIR and stay below it`);
  return { args: ['--permission', `--allow-fs-read=${root}`, `--allow-fs-write=${root}`, '--disable-warning=SecurityWarning', ...args], home: null };
}

async function addLayer(stage: Stage, inputs: StageInputs, fill: (layer: string) => Promise<void>, apply = true): Promise<void> {
  const directory = await mkdtemp(join(inputs.temporary, 'layer-'));
  await fill(directory);
  stage.layers.push(directory);
  if (apply) await linkTree(directory, stage.root);
}

function assignments(text: string, refuse: (message: string) => never): Record<string, string> {
  return Object.fromEntries(words(text).map((word) => {
    const [name, value] = splitAtEquals(word);
    return [name, value ?? refuse(`"${word}" must be written as NAME=value`)];
  }));
}

function splitAtEquals(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/** What execFile rejects with when the program fails; anything else means that it could not even start. */
function outputOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'stderr' in error && 'stdout' in error ? `${String(error.stdout)}${String(error.stderr)}` : String(error);
}

function exitCodeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}
