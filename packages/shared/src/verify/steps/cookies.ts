/** The cookies of one session, each for the host that set it. */
export interface Cookies {
  take(host: string, setCookie: string | undefined): void;
  /** The header for that host; null without one. */
  headerFor(host: string): string | null;
}

export function cookieJar(): Cookies {
  const jar = new Map<string, Map<string, string>>();
  return {
    take(host, setCookie) {
      const own = jar.get(host) ?? new Map<string, string>();
      jar.set(host, own);
      for (const line of (setCookie ?? '').split('\n')) {
        const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
        const equals = pair.indexOf('=');
        if (equals < 1) continue;
        if (attributes.some((one) => /^max-age=(?:0|-\d+)$/i.test(one))) own.delete(pair.slice(0, equals));
        else own.set(pair.slice(0, equals), pair.slice(equals + 1));
      }
    },
    headerFor: (host) => {
      const own = [...(jar.get(host) ?? [])];
      return own.length === 0 ? null : own.map(([name, value]) => `${name}=${value}`).join('; ');
    },
  };
}
