// `npm run bench NAME [-- ARGUMENTS]` runs a benchmark in this folder; without a name, it lists them.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const [name, ...args] = process.argv.slice(2);

if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench NAME, where NAME is one of ${names.join(', ')}`);
  process.exit(2);
}
const loader = ['--no-warnings', '--import', './scripts/ts.mjs'];
const run = spawnSync(process.execPath, [...loader, join(folder, `${name}.ts`), ...args], {
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
