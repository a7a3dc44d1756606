import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { fileError } from '../../../files/file-errors.js';
import { type Catalog, parseCatalog } from '../entry.js';

/** The package's folder of models, next to both lib/ and dist/. */
const shipped = new URL('../../../../onnx-models/', import.meta.url);

/** The path of a file that is shipped with the package. */
export function shippedPath(file: string): string {
  return fileURLToPath(new URL(file, shipped));
}

/**
 * The catalog that is shipped with the package.
 * @throws OneirosError `not-found` if the package is incomplete, `bad-input` if the catalog is malformed
 */
export function readCatalog(): Catalog {
  const path = shippedPath('catalog.json');
  try {
    return parseCatalog(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fileError('read', path, error);
  }
}
