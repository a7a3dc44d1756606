// Builds lib/ into dist/: the modules, for Node and bundlers.
import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'lib'], { cwd: root, stdio: 'inherit' });
// Which modules are for which platform; it has to lie beside them.
copyFileSync(join(root, 'lib', 'package.json'), join(root, 'dist', 'package.json'));
