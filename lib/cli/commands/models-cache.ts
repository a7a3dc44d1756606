import { megabytes } from '../../base/format.js';
import { preparedFolder, PreparedModelFiles } from '../../runtime/node/prepared-models.js';
import type { Register } from '../terminal/terminal.js';

interface CacheFlags {
  readonly clear?: boolean;
  readonly json?: boolean;
}

export const registerCache: Register = (command, terminal) => {
  command
    .description(
      'Gradients that took long to derive are kept beside the models, so that the next program starts faster. ONEIROS_CACHE is the limit in megabytes (default: 2000; 0: keep none).',
    )
    .option('--clear', 'remove them')
    .option('--json', 'print one JSON object')
    .action(async ({ clear = false, json }: CacheFlags) => {
      const folder = preparedFolder();
      const kept = new PreparedModelFiles(folder);
      const { files, bytes } = await (clear ? kept.clear() : kept.holding());
      const text = `${folder}: ${files} files, ${megabytes(bytes)}${clear ? ', removed' : ''}`;
      terminal.result({ folder, files, bytes, removed: clear }, text, json);
    });
};
