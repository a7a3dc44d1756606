// Downloads the libraries that onnxruntime-node needs for NVIDIA GPUs, about 200 MB; the default installation skips
// them.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (`${process.platform}/${process.arch}` !== 'linux/x64')
  fail(`onnxruntime-node supports CUDA only on Linux x64; this is ${process.platform}/${process.arch}.`);

const root = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
try {
  // The package's own installer. The variable overrides a "skip" in the environment.
  execFileSync(process.execPath, [join(root, 'script', 'install.js')], {
    stdio: 'inherit',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'true' },
  });
} catch {
  fail('The CUDA libraries could not be downloaded from api.nuget.org: see above. Nothing was changed.');
}
if (!existsSync(join(root, 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so')))
  fail('The CUDA libraries are not in the expected folder after the download: see above.');
console.error(
  'Done. A GPU run also needs an NVIDIA driver, CUDA 12 and cuDNN 9 on the library path; the provider "auto" then uses it.',
);
