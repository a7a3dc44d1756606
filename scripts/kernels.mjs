// Assembles lib/optim/simd/kernels.wat, and writes the module as text to kernels.ts beside it.
//
//   npm run kernels
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = 'lib/optim/simd/kernels.wat';
const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
const binary = join(folder, 'kernels.wasm');
execFileSync('npx', ['--yes', '--package=wabt@1.0.39', 'wat2wasm', source, '-o', binary], {
  stdio: 'inherit',
});
const lines = readFileSync(binary)
  .toString('base64')
  .match(/.{1,100}/g);
const text = lines.map((line) => `  '${line}'`).join(' +\n');
writeFileSync(
  'lib/optim/simd/kernels.ts',
  `// \`npm run kernels\` writes this file from kernels.wat.\n/** The module of kernels.wat, in base64. */\nexport const kernels =\n${text};\n`,
);
rmSync(folder, { recursive: true });
