import { megabytes } from '../../base/format.js';
import { flag, type OptionValues } from '../../base/option-table.js';
import { loadClassifier } from '../../networks/classifier/load.js';
import { entryFor } from '../../weights/catalog/find.js';
import { pullModel } from '../../weights/catalog/node/models.js';
import { readCatalog } from '../../weights/catalog/node/read.js';
import { statusOf } from '../../weights/catalog/node/status.js';
import type { PullOptions } from '../../weights/catalog/pull-options.js';
import { pullOf } from '../flags/model-flags.js';
import { addFlags } from '../flags/option-flags.js';
import type { Register } from '../terminal/terminal.js';

const pullOptions = {
  offline: flag(false, 'download nothing, and fail if the model is not here (as if ONEIROS_OFFLINE is set)'),
} as const;

interface PullFlags extends OptionValues<typeof pullOptions> {
  readonly until?: readonly string[];
  readonly mirror?: string;
  readonly json?: boolean;
}

export const registerPull: Register = (command, terminal) => {
  command
    .description(
      'Fetches models from their publishers and verifies them. Interrupted downloads are resumed. Proxies are taken from HTTP_PROXY, HTTPS_PROXY and NO_PROXY.',
    )
    .argument('<name...>', 'models, by their names in oneiros models list')
    .option(
      '--until <layers>',
      'for a VGG-19: fetch only what these layers need, such as relu4_2,relu5_1',
      (text: string) => text.split(','),
    )
    .option(
      '--mirror <address>',
      'an address to fetch the files from, by their names (default: ONEIROS_MIRROR)',
    );
  addFlags(command, pullOptions)
    .option('--json', 'print one JSON object per line')
    .action(async (names: readonly string[], flags: PullFlags) => {
      const { mirror, until, json } = flags;
      const options = { ...pullOf(flags, terminal), ...(mirror !== undefined && { mirror }) };
      // Unknown names fail before anything is downloaded.
      const entries = names.map((name) => entryFor(readCatalog(), name));
      for (const entry of entries) {
        await (until === undefined ? pullModel(entry.name, options) : pullUntil(entry.name, until, options));
        const { path, bytes, presence } = await statusOf(entry);
        const part = presence === 'partly' ? ' of it are here' : '';
        terminal.result(
          { model: entry.name, presence, path, bytes },
          `${entry.name}: ${path}, ${megabytes(bytes)}${part}`,
          json,
        );
      }
    });
};

/** Pulls only the bytes that the layers need, by loading the network that far. */
async function pullUntil(name: string, until: readonly string[], pull: PullOptions): Promise<void> {
  const network = await loadClassifier(name, { until, pull });
  await network.dispose();
}
