import { megabytes } from '../../base/format.js';
import { textTable } from '../../base/text-table.js';
import type { ModelStatus, Presence } from '../../weights/catalog/model-status.js';
import { listModels } from '../../weights/catalog/node/models.js';
import type { Register } from '../terminal/terminal.js';

const words: Readonly<Record<Presence, string>> = {
  shipped: 'with the package',
  here: 'here',
  partly: 'partly here',
  absent: '–',
};

export const registerList: Register = (command, terminal) => {
  command
    .description('Lists the models with their sizes, and which of them are here.')
    .option('--json', 'print one JSON object per line')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const all = await listModels();
      if (json === true) {
        for (const status of all) terminal.result({ ...status.entry, ...factsOf(status) }, '', json);
        return;
      }
      const rows = [['model', 'size', 'is', 'license', 'what it is'], ...all.map(rowOf)];
      terminal.result({}, textTable(rows), json);
    });
};

function factsOf({ presence, path, bytes }: ModelStatus) {
  return { presence, path, bytes };
}

function rowOf({ entry, presence, bytes }: ModelStatus): readonly string[] {
  const { name, size, licence, title } = entry;
  const here = presence === 'partly' ? `${words.partly}: ${megabytes(bytes)}` : words[presence];
  const missing = entry.source.kind === 'shipped' && presence === 'absent' ? 'missing' : here;
  return [name, size === null ? '?' : megabytes(size.bytes), missing, licence, title];
}
