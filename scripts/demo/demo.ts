// `npm run demo`: shows what the library does, offline, with the models and pictures that come with it. Writes results
// and a page to demo-out/. Each exhibit is made by the command that the page shows.
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, platform } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { writeFileAtomic } from '../../lib/files/write.js';
import { type Exhibit, exhibits } from './exhibits.js';
import { besidePage, galleryPage, type Shown } from './gallery.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const out = join(root, 'demo-out');
await mkdir(out, { recursive: true });
const began = performance.now();

console.error('Rendering the scenes …');
await Promise.all([render('landscape', 'stained-glass'), render('blood-smear', 'membranes')]);

const shown: Shown[] = [];
for (const exhibit of exhibits) shown.push(await show(exhibit));

const page = galleryPage(shown, {
  seconds: (performance.now() - began) / 1000,
  machine: `${cpus()[0]?.model ?? arch()}, ${availableParallelism()} threads, ${platform()}, Node ${process.version}`,
});
await writeFileAtomic(join(out, 'index.html'), new TextEncoder().encode(page));
console.log(
  `Done in ${Math.round((performance.now() - began) / 1000)} s: open ${pathToFileURL(join(out, 'index.html')).href}`,
);

async function show(exhibit: Exhibit): Promise<Shown> {
  console.error(`${exhibit.title} …`);
  const start = performance.now();
  const output = await run(['dist/cli/main.js', ...exhibit.command]);
  const seconds = (performance.now() - start) / 1000;
  for (const { file } of exhibit.before)
    if (!file.startsWith('demo-out/')) await copyFile(join(root, file), join(out, besidePage(file)));
  const program = await readFile(join(root, 'scripts/demo/programs', exhibit.program), 'utf8');
  return { exhibit, seconds, output, code: program };
}

function render(...scenes: readonly string[]): Promise<string> {
  const script = 'scripts/demo/scenes/render.ts';
  return run(['--no-warnings', '--import', './scripts/ts.mjs', script, 'demo-out', ...scenes]);
}

/** Runs Node in the project's folder; shows its standard error, and returns its standard output. */
function run(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const printed: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(printed).toString('utf8'));
      else reject(new Error(`node ${args.join(' ')} ended with ${code ?? 'a signal'}`));
    });
  });
}
