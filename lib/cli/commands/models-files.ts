import { OneirosError } from '../../base/errors.js';
import { entryFor } from '../../weights/catalog/find.js';
import type { Verification } from '../../weights/catalog/model-status.js';
import { listModels, removeModel, verifyModel } from '../../weights/catalog/node/models.js';
import { readCatalog } from '../../weights/catalog/node/read.js';
import { statusOf } from '../../weights/catalog/node/status.js';
import type { Register } from '../terminal/terminal.js';

interface JsonFlag {
  readonly json?: boolean;
}

export const registerVerify: Register = (command, terminal) => {
  command
    .description('Compares the files of models with their published checksums, and with what was pulled.')
    .argument('[name...]', 'models (default: all that are here)')
    .option('--json', 'print one JSON object per line')
    .action(async (given: readonly string[], { json }: JsonFlag) => {
      for (const name of given.length > 0 ? given : await present()) {
        const { signal } = terminal;
        const verification = await verifyModel(name, { signal });
        const { entry, result, path, sha256, detail } = verification;
        terminal.result(
          { model: entry.name, result, path, sha256, detail },
          `${entry.name}: ${sentences[result]}`,
          json,
        );
        if (result === 'damaged')
          terminal.fail(`${entry.name} is damaged: ${detail ?? ''}; remove and pull it again`);
        if (result === 'unverified')
          terminal.fail(
            `${entry.name} is not here as a whole, so it cannot be verified: oneiros models pull ${entry.name}`,
          );
      }
    });
};

const sentences: Readonly<Record<Verification['result'], string>> = {
  verified: 'verified',
  unchanged: 'unchanged since it was pulled; no checksum is published',
  damaged: 'DAMAGED',
  unverified: 'not here as a whole, so there is nothing to verify',
};

async function present(): Promise<readonly string[]> {
  const all = await listModels();
  return all
    .filter(({ presence }) => presence === 'here' || presence === 'shipped')
    .map(({ entry }) => entry.name);
}

export const registerPath: Register = (command, terminal) => {
  command
    .description('Prints where the file of a model is; fails if it is not here as a whole.')
    .argument('<name>', 'the model')
    .option('--json', 'print one JSON object')
    .action(async (name: string, { json }: JsonFlag) => {
      const { entry, presence, path } = await statusOf(entryFor(readCatalog(), name));
      if (presence !== 'here' && presence !== 'shipped')
        throw new OneirosError(
          'not-found',
          `${entry.name} is not here as a whole: oneiros models pull ${entry.name}`,
        );
      terminal.result({ model: entry.name, path }, path, json);
    });
};

export const registerRemove: Register = (command, terminal) => {
  command
    .description('Removes the pulled files of models.')
    .argument('<name...>', 'the models')
    .option('--json', 'print one JSON object per line')
    .action(async (names: readonly string[], { json }: JsonFlag) => {
      for (const name of names) {
        const { bytes, entry, presence } = await statusOf(entryFor(readCatalog(), name));
        if (presence === 'absent') {
          terminal.fail(`${entry.name} is not here: there is nothing to remove`);
          continue;
        }
        await removeModel(name, { announce: (text) => terminal.say(text), signal: terminal.signal });
        terminal.result({ model: entry.name, bytes }, `${entry.name}: removed`, json);
      }
    });
};
