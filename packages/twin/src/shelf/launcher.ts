import { chmod, writeFile } from 'node:fs/promises';

export interface Launcher {
  readonly file: string;
  /** The stand-in's entry: exports `main(argv, {control}): Promise<number>`. */
  readonly entry: string;
  /** Handed to `main` beside the control channel. */
  readonly more?: Readonly<Record<string, string>>;
}

/**
 * An executable that starts a stand-in under its tool's name. `-S` splits the line, so that node strips types from source.
 * The twin's control channel is the proxy that every rehearsed process has in its environment: a tool cache may outlive a world.
 */
export async function writeLauncher({ file, entry, more = {} }: Launcher): Promise<void> {
  const lines = [
    '#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --conditions=@vendure-deploy/source',
    `import(${JSON.stringify(entry)})`,
    '  .then(({ main }) => main(process.argv.slice(2), { control: process.env.HTTPS_PROXY, ...MORE }))'.replace('MORE', JSON.stringify(more)),
    '  .then((code) => { process.exitCode = code; })',
    "  .catch((error) => { process.stderr.write(String(error && error.message || error) + '\\n'); process.exitCode = 1; });",
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  await chmod(file, 0o755);
}
