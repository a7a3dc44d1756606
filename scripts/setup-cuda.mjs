// Gets the libraries that onnxruntime-node needs for NVIDIA GPUs, about 200 MB; the default installation skips them.
// `npm run setup:cuda` downloads them; `npm run setup:cuda -- --from FOLDER` takes them from a folder of this machine.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { copyCudaLibraries, hasCudaLibraries } from './cuda-libraries.mjs';

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (`${process.platform}/${process.arch}` !== 'linux/x64')
  fail(`onnxruntime-node supports CUDA only on Linux x64; this is ${process.platform}/${process.arch}.`);

const from = givenFolder();
if (from === undefined) download();
else copy(from);
console.error(
  'Done. A GPU run also needs an NVIDIA driver, CUDA 12 and cuDNN 9 on the library path; the provider "auto" then uses it.',
);

function givenFolder() {
  try {
    return parseArgs({ options: { from: { type: 'string' } } }).values.from;
  } catch (error) {
    fail(`${error.message}\nusage: npm run setup:cuda [-- --from FOLDER]`);
  }
}

function copy(folder) {
  try {
    console.error(`Copied ${copyCudaLibraries(folder).join(', ')}.`);
  } catch (error) {
    fail(`${error.message}. Nothing was changed.`);
  }
}

function download() {
  const root = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
  try {
    // The package's own installer. The variable overrides a "skip" in the environment.
    execFileSync(process.execPath, [join(root, 'script', 'install.js')], {
      stdio: 'inherit',
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'true' },
    });
  } catch {
    fail(
      'The CUDA libraries could not be downloaded from api.nuget.org: see above. Nothing was changed. With --from FOLDER they are taken from a folder.',
    );
  }
  if (!hasCudaLibraries())
    fail('The CUDA libraries are not in the expected folder after the download: see above.');
}
