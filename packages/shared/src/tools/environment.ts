/** What a child process may have of ours, when it is set. Tokens of the runner and inputs are never in it. */
const allowed = [
  'PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'TZ', 'CI', 'RUNNER_TEMP',
  // By it GitHub's runner finds the orphans of a job.
  'RUNNER_TRACKING_ID',
  'HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy',
  'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'AWS_CA_BUNDLE', 'GIT_SSL_CAINFO', 'CURL_CA_BUNDLE',
] as const;

export function childEnvironment(extra: Record<string, string>): Record<string, string> {
  const inherited = allowed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  return { ...Object.fromEntries(inherited), ...extra };
}
