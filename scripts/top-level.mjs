// Compares the top level of the repository with the agreed list, to detect stray files.
import { execFileSync } from 'node:child_process';

const agreed = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'lib',
  'onnx-models',
  'scripts',
  'spec',
  'docs',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
];

// Tracked files, and untracked ones that Git does not ignore. A checkout without Git has nothing to compare.
const files = listedByGit('ls-files', '--cached', '--others', '--exclude-standard', '-z');
const stray = [...new Set(files.map((path) => path.split('/')[0]))].filter(
  (name) => !agreed.includes(name) && !name.startsWith('.'),
);
if (stray.length > 0) {
  console.error(
    `The top level has ${stray.join(', ')}, which the agreed list (scripts/top-level.mjs) does not name: move or delete it.`,
  );
  process.exitCode = 1;
}

function listedByGit(...args) {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\0')
      .filter((path) => path !== '');
  } catch {
    console.error('Not a Git checkout: the top level is not checked.');
    return [];
  }
}
