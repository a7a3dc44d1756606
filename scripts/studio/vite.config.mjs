// Serves and builds the studio: `npm run studio`, `npm run studio:build`.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { offers } from './offers.mjs';
import { offline } from './offline.mjs';

// Pages that are isolated from others may share memory between threads, which wasm is several times faster with.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  root: fileURLToPath(new URL('../../lib/studio', import.meta.url)),
  // Relative addresses: the folder works wherever it is put.
  base: './',
  publicDir: 'public',
  cacheDir: fileURLToPath(new URL('../../node_modules/.vite', import.meta.url)),
  plugins: [offers(), offline()],
  server: { headers, host: '127.0.0.1', fs: { allow: [fileURLToPath(new URL('../..', import.meta.url))] } },
  preview: { headers, host: '127.0.0.1' },
  // onnxruntime-web finds its wasm files beside itself, where Vite's bundled copy would not have them.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('../../dist-studio', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    // 41 MB of wasm would be compressed for a line in the terminal.
    reportCompressedSize: false,
  },
});
