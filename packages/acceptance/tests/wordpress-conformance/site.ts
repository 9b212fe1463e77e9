/** As much of a WordPress as a plugin and WP-CLI have to do with: it loads the active plugins, routes their REST answers, and shows one page. */
export const INDEX = String.raw`<?php
define('ABSPATH', __DIR__ . '/');
$hooks = [];
$routes = [];
class WP_REST_Response { public $data; public $headers = []; function __construct($data) { $this->data = $data; } function header($name, $value) { $this->headers[$name] = $value; } }
function add_action($name, $work) { global $hooks; $hooks[$name][] = $work; }
function add_filter($name, $work) { add_action($name, $work); }
function register_rest_route($space, $path, $route) { global $routes; $routes["/wp-json/$space$path"] = $route['callback']; }
if (is_file(ABSPATH . '.state/red')) { http_response_code(500); echo 'There has been a critical error on this website.'; return; }
foreach (glob(ABSPATH . '.state/active/*') as $active) {
  $name = basename($active);
  if (is_file(ABSPATH . "wp-content/plugins/$name/$name.php")) include ABSPATH . "wp-content/plugins/$name/$name.php";
}
foreach ($hooks['rest_api_init'] ?? [] as $work) $work();
$asked = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (isset($routes[$asked])) {
  $answer = $routes[$asked]();
  header('content-type: application/json');
  foreach ($answer->headers as $name => $value) header("$name: $value");
  echo json_encode($answer->data);
  return;
}
$content = '<p>A post.</p>';
foreach ($hooks['the_content'] ?? [] as $work) $content = $work($content);
echo "<h1>Blog</h1>$content";
`;

/** WP-CLI 2.12's words and exit codes for what a deploy asks of it. A file `.state/fails-<command>-<word>` makes that command fail, `dies-…` end as PHP does with a fatal error. */
export const WP_CLI = String.raw`#!/bin/sh
site=
words=
for word in "$@"; do
  case "$word" in
    --path=*) site="$(printf %s "$word" | cut -d= -f2-)" ;;
    --skip-*) ;;
    *) words="$words $word" ;;
  esac
done
set -- $words
[ -n "$site" ] && [ -f "$site/wp-config.php" ] || { echo 'Error: This does not seem to be a WordPress installation.' >&2; exit 1; }
state="$site/.state"
plugins="$site/wp-content/plugins"
echo "$*" >> "$state/calls"
if [ -f "$state/hangs-$1-$2" ]; then touch "$state/hanging"; while [ -f "$state/hangs-$1-$2" ]; do sleep 0.05; done; fi
if [ -f "$state/fails-$1-$2" ]; then
  echo "PHP Notice: something of another plugin" >&2
  echo "Warning: Failed to $2 plugin. It says why." >&2
  echo 'Error: No plugins activated.' >&2
  exit 1
fi
if [ -f "$state/dies-$1-$2" ]; then echo "PHP Fatal error:  Uncaught Error: no such function" >&2; exit 255; fi
case "$1 $2" in
  'core is-installed') exit 0 ;;
  'plugin is-active') [ -f "$state/active/$3" ] && [ -f "$plugins/$3/$3.php" ]; exit ;;
  'plugin get')
    [ -f "$plugins/$3/$3.php" ] || { echo "Error: The '$3' plugin could not be found." >&2; exit 1; }
    echo 'PHP Notice: something of another plugin'
    sed -n 's/^ \* Version: //p' "$plugins/$3/$3.php" ;;
  'plugin activate')
    [ -f "$plugins/$3/$3.php" ] || { echo "Warning: The '$3' plugin could not be found." >&2; echo 'Error: No plugins activated.' >&2; exit 1; }
    touch "$state/active/$3"
    echo "Plugin '$3' activated."; echo 'Success: Activated 1 of 1 plugins.' ;;
  'plugin deactivate') rm -f "$state/active/$3"; echo 'Success: Deactivated 1 of 1 plugins.' ;;
  'cache flush') echo 'Success: The cache was flushed.' ;;
  *) echo "Error: '$1 $2' is not a registered wp command." >&2; exit 1 ;;
esac
`;
