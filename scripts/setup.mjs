// Prepares a checkout: installs the packages of package-lock.json if they are missing or out of date, and builds lib/
// into dist/. `npm test` and `npm run demo` call it first, so a fresh clone needs no other command. For the tests
// (`--browser`) it also installs Chromium if possible.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, readdirSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, howToGetChromium } from './chromium.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const npm = (...args) =>
  execFileSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`oneiros needs Node.js 20.19 or newer; this is ${process.version}. Get one at nodejs.org.`);
  process.exit(1);
}

if (!installed()) {
  console.error('Installing packages (once) …');
  npm('ci');
}
if (!built()) {
  console.error('Building …');
  npm('run', '--silent', 'build');
}

if (process.argv.includes('--browser') && findChromium() === undefined) getChromium();

/** Installs Debian's package if that is possible without a prompt; otherwise prints a line that says what to do. */
function getChromium() {
  const apt = '/usr/bin/apt-get';
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  if (process.getuid?.() === 0 && existsSync(apt))
    try {
      console.error('Installing Chromium for the tests (once) …');
      execFileSync(apt, ['update', '-qq'], options);
      execFileSync(apt, ['install', '-qq', '-y', '--no-install-recommends', 'chromium'], options);
    } catch {
      // Reported below. Tests that need a browser are skipped with a message.
    }
  if (findChromium() === undefined) console.error(`No browser to test in: ${howToGetChromium}.`);
}

/** npm writes node_modules/.package-lock.json last, and newer than the lock file it installed from. */
function installed() {
  const marker = at('node_modules', '.package-lock.json');
  if (!existsSync(marker)) return false;
  const versions = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const [wanted, have] = [versions(at('package-lock.json')), versions(marker)];
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || have[path]?.version === version,
  );
}

function built() {
  const target = at('dist', 'web', 'oneiros.js');
  if (!existsSync(target)) return false;
  const builtAt = statSync(target).mtimeMs;
  return newest(at('lib')) <= builtAt;
}

function newest(folder) {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? newest(join(folder, entry.name)) : statSync(join(folder, entry.name)).mtimeMs,
    ),
  );
}
