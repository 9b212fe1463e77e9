/**
 * What the host does, as one PHP program per call: PHP is wherever WordPress is, and one process renames twice within microseconds (three `mv` were
 * seen to leave 2 ms without a plugin). Whatever the login says before it, the answer is the line after the mark.
 *
 * - `look` only reads. The others write below `releases-path`, and `exchange` renames; they do it under a mutex, and only while the lock is ours.
 * - The lock is a lease on the host's clock: nothing has to stay alive for it, and nobody else's clock matters. A later attempt of the same run takes it over:
 *   GitHub starts one only once the former has ended, and should that still be at work, it meets the other's nonce before it renames.
 */
export const MARK = 'wp-deploy:';

export const PROGRAM = String.raw`
set_error_handler(function ($level, $text) { throw new ErrorException($text); });
function at($a, $path) { return $a['releases'] . '/' . $a['plugin'] . ($path === '' ? '' : '/' . $path); }
function files($root) {
  $found = [];
  $all = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($root, FilesystemIterator::SKIP_DOTS));
  foreach ($all as $path => $entry) {
    $name = base64_encode(substr($path, strlen($root) + 1));
    $found[$name] = $entry->isLink() ? 'link' : hash_file('sha256', $path);
  }
  return (object) $found;
}
function revision($root) {
  $file = $root . '/.deploy-revision';
  $said = is_file($file) ? json_decode(file_get_contents($file, false, null, 0, 4096), true) : null;
  return is_array($said) && preg_match('/^[0-9a-f]{40}$/D', (string) ($said['sha'] ?? '')) ? $said['sha'] : null;
}
function kind($path) { return is_link($path) ? 'link' : (is_dir($path) ? 'directory' : (file_exists($path) ? 'other' : 'absent')); }
function names($folder) { return is_dir($folder) ? array_values(array_diff(scandir($folder), ['.', '..'])) : []; }
function lease($a) {
  $file = at($a, 'lock.json');
  $lock = is_file($file) ? json_decode(file_get_contents($file), true) : null;
  return is_array($lock) && ($lock['until'] ?? 0) > time() ? $lock : null;
}
function nearest($path) { while (!file_exists($path)) $path = dirname($path); return $path; }
function onPath($program) {
  if ($program[0] === '/') return is_executable($program);
  foreach (explode(':', (string) getenv('PATH')) as $folder) if ($folder !== '' && is_executable($folder . '/' . $program)) return true;
  return false;
}
function syntax($root, $paths) {
  if (!function_exists('token_get_all')) return null;
  $faults = [];
  foreach ($paths as $path) {
    $file = $root . '/' . base64_decode($path);
    try { if (is_file($file)) token_get_all(file_get_contents($file), TOKEN_PARSE); }
    catch (ParseError $fault) { $faults[] = ['path' => $path, 'why' => $fault->getMessage() . ' (line ' . $fault->getLine() . ')']; }
  }
  return $faults;
}
function gone($path) {
  if (is_dir($path) && !is_link($path)) { foreach (names($path) as $name) gone($path . '/' . $name); rmdir($path); } else unlink($path);
}
function alone($a, $work) {
  $mutex = fopen(at($a, 'mutex'), 'c');
  if (!flock($mutex, LOCK_EX)) throw new ErrorException('the mutex cannot be had');
  return $work();
}
function mine($a, $work) {
  return alone($a, function () use ($a, $work) {
    $lock = lease($a);
    if ($lock === null || $lock['nonce'] !== $a['nonce']) return ['fenced' => false, 'by' => $lock['by'] ?? null];
    return ['fenced' => true] + $work();
  });
}
function look($a) {
  $live = $a['plugins'] . '/' . $a['plugin'];
  $kind = kind($live);
  $lock = lease($a);
  $home = nearest(at($a, ''));
  $copies = [];
  foreach (array_reverse(names(at($a, 'previous'))) as $name) $copies[] = ['name' => $name, 'sha' => revision(at($a, 'previous/' . $name))];
  $beside = $a['beside'] === null ? null : at($a, $a['beside']);
  return [
    'live' => $kind, 'sha' => $kind === 'directory' ? revision($live) : null, 'files' => $kind === 'directory' ? files($live) : null,
    'beside' => $beside !== null && is_dir($beside) ? files($beside) : null,
    'syntax' => $beside !== null && is_dir($beside) ? syntax($beside, $a['php']) : null,
    'copies' => $copies, 'lock' => $lock === null ? null : ['by' => $lock['by'], 'until' => gmdate('c', $lock['until'])],
    'plugins' => is_dir($a['plugins']), 'writable' => ['plugins' => is_writable($a['plugins']), 'releases' => is_writable($home)],
    'oneFileSystem' => is_dir($a['plugins']) && stat($a['plugins'])['dev'] === stat($home)['dev'],
    'free' => (int) disk_free_space($home), 'missing' => array_values(array_filter($a['programs'], fn ($one) => !onPath($one))), 'version' => PHP_VERSION,
  ];
}
function lock($a) {
  if (!is_dir(at($a, ''))) mkdir(at($a, ''), 0700, true);
  return alone($a, function () use ($a) {
    $lock = lease($a);
    $before = $lock !== null && $a['run'] !== '' && $lock['run'] === $a['run'] && $lock['attempt'] < $a['attempt'];
    if ($lock !== null && $lock['nonce'] !== $a['nonce'] && !$before) return ['mine' => false, 'by' => $lock['by'], 'until' => gmdate('c', $lock['until'])];
    file_put_contents(at($a, 'lock.json'), json_encode(['nonce' => $a['nonce'], 'run' => $a['run'], 'attempt' => $a['attempt'], 'by' => $a['by'], 'until' => time() + $a['seconds']]));
    if ($a['folder'] !== null && !is_dir(at($a, $a['folder']))) mkdir(at($a, $a['folder']), 0755, true);
    return ['mine' => true, 'by' => null, 'until' => null];
  });
}
function exchange($a) {
  return mine($a, function () use ($a) {
    $live = $a['plugins'] . '/' . $a['plugin'];
    $out = null;
    $in = $a['in'] === null ? null : at($a, $a['in']);
    if ($in !== null && !is_dir($in)) return ['out' => null, 'failed' => $a['in'] . ' is not there'];
    if (is_dir($live)) {
      if (!is_dir(at($a, $a['out']))) mkdir(at($a, $a['out']), 0700, true);
      [$fraction, $second] = explode(' ', microtime());
      $out = $a['out'] . '/' . gmdate('Ymd\THis', (int) $second) . substr($fraction, 1, 7) . '-' . (revision($live) ?? 'unknown');
      rename($live, at($a, $out));
    }
    if ($in !== null) {
      try { rename($in, $live); }
      catch (Throwable $fault) { if ($out !== null) rename(at($a, $out), $live); throw $fault; }
    }
    return ['out' => $out, 'failed' => null];
  });
}
function tidy($a) {
  return mine($a, function () use ($a) {
    $gone = 0;
    foreach (array_slice(array_reverse(names(at($a, 'previous'))), $a['keep']) as $name) { gone(at($a, 'previous/' . $name)); $gone += 1; }
    foreach (['incoming', 'refused'] as $folder) foreach (names(at($a, $folder)) as $name) gone(at($a, $folder . '/' . $name));
    return ['gone' => $gone];
  });
}
function unlock($a) {
  return mine($a, function () use ($a) { unlink(at($a, 'lock.json')); return []; });
}
try { $asked = json_decode(base64_decode($argv[1]), true); $answer = ($asked['do'])($asked); }
catch (Throwable $fault) { $answer = ['error' => $fault->getMessage()]; }
echo "\nwp-deploy:", json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
`;
