// `npm run bench [NAME…] [-- OPTIONS]` runs benchmarks of scripts/bench, all of them without a name, each in a process of
// its own. The options are those of frame/options.ts; see scripts/bench/README.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { prepareOutputs, writeFileAtomic } from '../../../lib/files/write.js';

const folder = join(import.meta.dirname, '..');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));

const words = process.argv
  .slice(2)
  .flatMap((word) => (word.startsWith('--json=') ? ['--json', word.slice('--json='.length)] : [word]));
const firstOption = words.findIndex((word) => !names.includes(word));
const chosen = firstOption === -1 ? words : words.slice(0, firstOption);
const options = firstOption === -1 ? [] : words.slice(firstOption);
if (chosen.length === 0 && options[0] !== undefined && !options[0].startsWith('-')) {
  console.error(`there is no benchmark ${options[0]}; there are ${names.join(', ')}`);
  process.exit(2);
}
const suites = chosen.length === 0 ? names : chosen;

const jsonAt = options.indexOf('--json');
const json = jsonAt === -1 ? undefined : options[jsonAt + 1];
if (json !== undefined) await prepareOutputs([json]);
const scratch = mkdtempSync(join(tmpdir(), 'oneiros-bench-'));
try {
  const results: unknown[] = [];
  for (const suite of suites) {
    const file = join(scratch, `${suite}.json`);
    const given = json === undefined ? options : options.with(jsonAt + 1, file);
    run(suite, suites.length === 1 || takesOptions(suite) ? given : []);
    if (existsSync(file)) results.push(JSON.parse(readFileSync(file, 'utf8')));
  }
  if (json !== undefined)
    await writeFileAtomic(json, new TextEncoder().encode(`${JSON.stringify(results, null, 2)}\n`));
} finally {
  rmSync(scratch, { recursive: true });
}

/** Whether a program takes the frame's options. Another one has arguments of its own, for a run by its name. */
function takesOptions(suite: string): boolean {
  return readFileSync(join(folder, `${suite}.ts`), 'utf8').includes('runSuite(');
}

function run(suite: string, args: readonly string[]): void {
  const loader = ['--no-warnings', '--import', './scripts/ts.mjs'];
  const { status } = spawnSync(process.execPath, [...loader, join(folder, `${suite}.ts`), ...args], {
    cwd: join(folder, '../..'),
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
