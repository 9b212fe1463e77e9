import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformanceTool } from './conformance-tools.ts';
import { freePort, run, startServer } from './process.ts';

/** What skopeo, which is not ours, reads of an image. */
export interface Image {
  readonly digest: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Digests, the first is the lowest. */
  readonly layers: readonly string[];
  /** The whole configuration, history included, as text. */
  readonly config: string;
}

/** A real registry: Debian's docker-registry on loopback, with Basic authentication, and skopeo to look into it. */
export interface DockerRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Of user `x`, as at Fly. */
  readonly token: string;
  /** null: no such image. @param reference `name:tag` or `name@digest` */
  image(reference: string): Promise<Image | null>;
  /** Puts an image in by skopeo, every platform and with the same digest. @param source as skopeo names it: `oci:FOLDER:TAG`, `docker://…` */
  copyIn(source: string, reference: string): Promise<void>;
}

const TOKEN = 'registry-token-of-the-stage';
/** bcrypt of it: the registry takes nothing else, and Node has no bcrypt. */
const HTPASSWD = 'x:$2b$04$9hXFsQBdMj3Zh/Ykjcu/juo/J6bQPk1iNIpVRouMEjZ8Rw1AMG2vi\n';

export async function openDockerRegistry(): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'docker-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  await writeFile(join(folder, 'htpasswd'), HTPASSWD);
  // YAML is a superset of JSON.
  await writeFile(join(folder, 'config.yml'), JSON.stringify({
    version: 0.1,
    log: { accesslog: { disabled: true }, level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    auth: { htpasswd: { realm: 'stage', path: join(folder, 'htpasswd') } },
    http: { addr: host },
  }));
  await writeFile(join(folder, 'auth.json'), JSON.stringify({ auths: { [host]: { auth: Buffer.from(`x:${TOKEN}`).toString('base64') } } }), { mode: 0o600 });
  const server = await startServer(conformanceTool('docker-registry'), ['serve', join(folder, 'config.yml')], { PATH: process.env['PATH'] }, () => fetch(`http://${host}/v2/`).then(({ status }) => status === 401, () => false));
  const skopeo = async (command: string, ...args: string[]): Promise<string | null> => {
    const { code, stdout, stderr } = await run(conformanceTool('skopeo'), ['--insecure-policy', command, ...args], { PATH: process.env['PATH'], HOME: folder, REGISTRY_AUTH_FILE: join(folder, 'auth.json') });
    if (code === 0) return stdout;
    if (command === 'inspect' && /manifest unknown|name unknown/.test(stderr)) return null;
    throw new Error(`skopeo ${command}: ${stderr}`);
  };
  return {
    host,
    token: TOKEN,
    async image(reference) {
      const [seen, config] = await Promise.all([skopeo('inspect', '--tls-verify=false', `docker://${host}/${reference}`), skopeo('inspect', '--config', '--tls-verify=false', `docker://${host}/${reference}`)]);
      if (seen === null || config === null) return null;
      const { Digest: digest, Labels: labels, Layers: layers } = JSON.parse(seen) as { Digest: string; Labels: Record<string, string> | null; Layers: string[] };
      return { digest, labels: labels ?? {}, layers, config };
    },
    async copyIn(source, reference) {
      await skopeo('copy', '--all', '--preserve-digests', '--src-tls-verify=false', '--dest-tls-verify=false', source, `docker://${host}/${reference}`);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
