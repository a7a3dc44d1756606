// Compares every Markdown page with the repository, so that pages stay correct:
//   - a relative link leads to a file or folder that exists, and its #fragment to a heading of that page;
//   - in docs/ and at the top level, a path in `code` that begins with a folder of this repository exists (not in
//     CHANGELOG.md, which names folders of earlier versions);
//   - a block ```ts spec/x.spec.ts quotes that file, so that a spec runs the code on the page;
//   - docs/architecture.md lists the floors of lib/ in the order that the linter enforces.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const fence = /^```(?<info>[^\n]*)\n(?<code>.*?)^```$/gms;
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (path) => readFileSync(join(root, path), 'utf8');
const exists = (path) => existsSync(join(root, path));

const failures = pages().flatMap(failuresOf).concat(wrongFloors());
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;

function failuresOf(page) {
  const text = read(page);
  const prose = text.replace(fence, '');
  const isGuide = (!page.includes('/') && page !== 'CHANGELOG.md') || page.startsWith('docs/');
  const wrong = [...deadLinks(page, prose), ...(isGuide ? deadPaths(prose) : []), ...staleQuotes(text)];
  return wrong.map((message) => `${page}: ${message}`);
}

/** Tracked pages, and untracked ones that Git does not ignore; without Git, the pages are not known. */
function pages() {
  try {
    const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '*.md'];
    const listed = execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return [...new Set(listed.split('\0'))].filter((path) => path !== '' && exists(path));
  } catch {
    console.error('Not a Git checkout: the pages are not checked.');
    return [];
  }
}

function deadLinks(page, prose) {
  const targets = Array.from(prose.matchAll(/\]\((?<target>[^)\s]+)\)/g), ({ groups }) => groups.target);
  return targets.flatMap((target) => {
    if (/^[a-z]+:/i.test(target)) return [];
    const [path, fragment] = target.split('#');
    const file = path === '' ? page : normalize(join(dirname(page), path));
    if (!exists(file)) return [`the link ${target} leads to nothing that exists`];
    return fragment === undefined || headings(read(file)).includes(fragment)
      ? []
      : [`the link ${target} names a heading that ${file} does not have`];
  });
}

/** The fragments of a page's headings, as GitHub creates them. */
function headings(text) {
  return Array.from(text.replace(fence, '').matchAll(/^#+ (?<title>.+)$/gm), ({ groups }) =>
    groups.title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function deadPaths(prose) {
  const spans = Array.from(prose.matchAll(/`(?<code>[^`\n]+)`/g), ({ groups }) => groups.code);
  return spans
    .filter((code) => /^(lib|spec|scripts|docs|onnx-models|\.ci|\.github)\/[\w./#-]*$/.test(code))
    .filter((path) => !exists(path))
    .map((path) => `\`${path}\` does not exist`);
}

function staleQuotes(text) {
  return Array.from(text.matchAll(fence), ({ groups }) => groups).flatMap(({ info, code }) => {
    const [, file] = info.trim().split(/\s+/);
    if (file === undefined) return [];
    if (!exists(file)) return [`a block quotes ${file}, which does not exist`];
    return flat(read(file)).includes(flat(code))
      ? []
      : [`a block differs from ${file}: ${JSON.stringify(code.trim().split('\n')[0])} …`];
  });
}

/** Ignores indentation and line breaks, which depend on the formatter. */
function flat(code) {
  return code.replace(/\s+/g, ' ').trim();
}

function wrongFloors() {
  const [, rows] = /^const floors = \[(.*?)^\];/ms.exec(read('scripts/imports.mjs'));
  const enforced = Array.from(rows.matchAll(/'(\w+)'/g), ([, floor]) => floor).join(', ');
  const page = 'docs/architecture.md';
  const named = Array.from(read(page).matchAll(/^\| (`lib\/\w+`(?:, `lib\/\w+`)*) \|/gm), ([, row]) => row);
  const told = Array.from(named.join().matchAll(/lib\/(\w+)/g), ([, floor]) => floor).join(', ');
  return told === enforced
    ? []
    : [`${page}: its floors are ${told}; the linter's (scripts/imports.mjs) are ${enforced}`];
}
