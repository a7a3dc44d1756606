// Writes the current sizes and sha256 of the shipped models to onnx-models/catalog.json.
//   npm run catalog             after a model was rebuilt
//   npm run catalog -- --check  fails if the file is out of date
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type CatalogEntry, parseCatalog } from '../lib/weights/catalog/entry.js';

const folder = join(import.meta.dirname, '..', 'onnx-models');
const path = join(folder, 'catalog.json');
const before = readFileSync(path, 'utf8');
const models = [...parseCatalog(before).values()].map(measured);
const after = `${JSON.stringify({ version: 1, models }, null, 2)}\n`;
parseCatalog(after);
if (process.argv.includes('--check')) {
  if (after !== before) throw new Error('onnx-models/catalog.json is out of date: run npm run catalog');
} else {
  writeFileSync(path, after);
}

/** The entry, with the size and sha256 of its file if it is shipped. */
function measured(entry: CatalogEntry): CatalogEntry {
  if (entry.source.kind !== 'shipped') return entry;
  const file = join(folder, entry.file);
  if (!existsSync(file)) {
    console.warn(`${entry.file} does not exist yet`);
    return { ...entry, size: null, checksum: { kind: 'none', verified: false, from: 'not built yet' } };
  }
  const bytes = readFileSync(file);
  const digest = createHash('sha256').update(bytes).digest('hex');
  console.warn(`${entry.file}: ${bytes.length} bytes, sha256 ${digest}`);
  return {
    ...entry,
    size: { bytes: bytes.length, exact: true },
    checksum: { kind: 'sha256', digest, verified: true, from: 'the file in this package' },
  };
}
