/**
 * What of the operator's shell a step may see: where its tools are, how it reaches the network, and as whom at AWS. No token, no secret, and nothing that somebody
 * exported for another program.
 */
const ALLOWED = [
  'PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME',
  'HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'ALL_PROXY', 'all_proxy', 'NODE_USE_ENV_PROXY',
  'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'AWS_CA_BUNDLE', 'GIT_SSL_CAINFO', 'CURL_CA_BUNDLE',
  'AWS_PROFILE', 'AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE',
  'DOCKER_HOST', 'DOCKER_CONTEXT',
] as const;

export function stepEnvironment(shell: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(ALLOWED.flatMap((name) => (shell[name] === undefined || shell[name] === '' ? [] : [[name, shell[name]]])));
}
