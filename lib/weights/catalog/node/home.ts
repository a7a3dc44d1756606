import { join } from 'node:path';

import { modelHome } from '../../../files/model-home.js';
import type { CatalogEntry } from '../entry.js';
import type { PullOptions } from '../pull-options.js';
import { shippedPath } from './read.js';

/** The path of a model's whole file, even if it does not exist. */
export function modelPath({ source, file }: CatalogEntry, home?: string): string {
  return source.kind === 'shipped' ? shippedPath(file) : join(modelHome(home), 'models', file);
}

/** Fills in options that are not given from the environment. */
export function withEnvironment({
  offline,
  mirror,
  ...options
}: PullOptions): PullOptions & { readonly offline: boolean } {
  const { ONEIROS_OFFLINE, ONEIROS_MIRROR } = process.env;
  return {
    ...options,
    offline: offline ?? !['', '0', 'false'].includes(ONEIROS_OFFLINE ?? ''),
    mirror: mirror ?? (ONEIROS_MIRROR === '' ? undefined : ONEIROS_MIRROR),
  };
}
