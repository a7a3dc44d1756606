// Serves and builds the studio: `npm run studio`, `npm run studio:build`.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { offers } from './offers.mjs';
import { offline } from './offline.mjs';

// Cross-origin isolated pages can share memory between threads, which makes wasm several times faster.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  root: fileURLToPath(new URL('../../lib/studio', import.meta.url)),
  // Relative addresses: the folder works at any address.
  base: './',
  publicDir: 'public',
  cacheDir: fileURLToPath(new URL('../../node_modules/.vite', import.meta.url)),
  plugins: [offers(), offline()],
  server: { headers, host: '127.0.0.1', fs: { allow: [fileURLToPath(new URL('../..', import.meta.url))] } },
  preview: { headers, host: '127.0.0.1' },
  // onnxruntime-web looks for its wasm files in its own folder; Vite's bundled copy would not have them there.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('../../dist-studio', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    // Otherwise 41 MB of wasm would be compressed only to print a size.
    reportCompressedSize: false,
  },
});
