import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Environment {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Partial<Record<string, string>>>;
  readonly home: string;
}

const here = (): Environment => ({ platform: process.platform, env: process.env, home: homedir() });

/** The folder for models: `given`, otherwise `ONEIROS_HOME`, otherwise a folder in the platform's folder for caches. */
export function modelHome(given?: string, { platform, env, home }: Environment = here()): string {
  const chosen = given ?? env['ONEIROS_HOME'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  switch (platform) {
    case 'win32':
      return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'oneiros', 'Cache');
    case 'darwin':
      return join(home, 'Library', 'Caches', 'oneiros');
    default:
      // The XDG specification requires relative paths to be ignored.
      return join(
        env['XDG_CACHE_HOME']?.startsWith('/') ? env['XDG_CACHE_HOME'] : join(home, '.cache'),
        'oneiros',
      );
  }
}
