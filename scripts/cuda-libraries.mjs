// ONNX Runtime's CUDA libraries, which onnxruntime-node does not contain: where they belong, and how to take them from a
// folder of this machine. `npm run setup:cuda` and `npm run gpu:verify` use this.
import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const needed = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];
const optional = ['libonnxruntime_providers_tensorrt.so'];
const nvidia = /^lib(cudart|cublas|cublasLt|cudnn|cufft|curand)\.so\.\d+$/;

export const cudaTarget = join(
  dirname(dirname(require.resolve('onnxruntime-node'))),
  'bin/napi-v6/linux/x64',
);

export function hasCudaLibraries(target = cudaTarget) {
  return needed.every((name) => existsSync(join(target, name)));
}

export function copyCudaLibraries(folder, target = cudaTarget) {
  const files = filesIn(folder);
  const found = new Map(
    [...needed, ...optional].flatMap((name) => {
      const path = files.find((file) => basename(file) === name);
      return path === undefined ? [] : [[name, () => copyFileSync(path, join(target, name))]];
    }),
  );
  for (const file of files.filter((path) => path.endsWith('.nupkg')))
    for (const [name, write] of packed(file, target)) if (!found.has(name)) found.set(name, write);
  const missing = needed.filter((name) => !found.has(name));
  if (missing.length > 0)
    throw new Error(
      `${folder} has no ${missing.join(' and no ')}, unpacked or in a .nupkg file: expected the contents of Microsoft.ML.OnnxRuntime.Gpu.Linux`,
    );
  for (const write of found.values()) write();
  return [...found.keys()];
}

/** The libraries in a NuGet package, which is a ZIP file. */
function packed(file, target) {
  const ort = createRequire(require.resolve('onnxruntime-node'));
  const Zip = ort('adm-zip');
  return new Zip(file).getEntries().flatMap((entry) => {
    const name = basename(entry.entryName);
    if (!needed.includes(name) && !optional.includes(name)) return [];
    return [[name, () => writeFileSync(join(target, name), entry.getData())]];
  });
}

export function nvidiaFolders(folder) {
  return [
    ...new Set(
      filesIn(folder)
        .filter((file) => nvidia.test(basename(file)))
        .map(dirname),
    ),
  ];
}

function filesIn(folder) {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new Error(`there is no folder ${folder}`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}
