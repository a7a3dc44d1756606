import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import type { CatalogEntry } from '../entry.js';
import type { PullOptions } from '../pull-options.js';
import { shippedPath } from './read.js';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Partial<Record<string, string>>>;
  readonly home: string;
}

const here = (): Surroundings => ({ platform: process.platform, env: process.env, home: homedir() });

/** The folder that models are kept in: `ONEIROS_HOME`, or where the platform has its caches. */
export function modelHome(given?: string, { platform, env, home }: Surroundings = here()): string {
  const chosen = given ?? env['ONEIROS_HOME'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  switch (platform) {
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'oneiros', 'Cache');
    case 'darwin':
      return join(home, 'Library', 'Caches', 'oneiros');
    default:
      // The standard has it that a relative path is ignored.
      return join(
        env['XDG_CACHE_HOME']?.startsWith('/') ? env['XDG_CACHE_HOME'] : join(home, '.cache'),
        'oneiros',
      );
  }
}

/** Where the whole file of a model is, or would be. */
export function modelPath({ source, file }: CatalogEntry, home?: string): string {
  return source.kind === 'shipped' ? shippedPath(file) : join(modelHome(home), 'models', file);
}

/** The options, and what the environment says where they do not. */
export function settled({
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
