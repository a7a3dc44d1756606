import { OneirosError } from '../../../base/errors.js';
import { megabytes } from '../../../base/format.js';
import type { ByteSource } from '../../../files/source.js';
import { blockSize, BlockStore } from '../../download/node/blocks.js';
import type { Answer, Http } from '../../download/node/http.js';
import { remoteSource } from '../../download/node/range-source.js';
import { checkSize } from '../../download/node/resumable-download.js';
import { attempt } from '../../download/node/retry.js';
import { toFinal } from '../../download/node/transient-error.js';
import { loadWeights } from '../../formats/open.js';
import type { Weights } from '../../weights.js';
import type { CatalogEntry } from '../entry.js';
import type { PullOptions } from '../pull-options.js';
import { addressesOf, expectedOf } from './expected-file.js';
import { modelPath } from './home.js';
import { holdModel, printToStandardError, throttled } from './pull-tools.js';

/** The number of bytes of a checkpoint's tensors that will be read. */
export type Plan = (weights: Weights) => number;

/**
 * Opens a model's file to read only some of its tensors. Parts that were read before are stored locally; the others are
 * fetched when they are read. `null` if the server cannot send parts of files. Holds the model's lock until it is
 * closed.
 * @throws OneirosError as `pullWhole` does
 */
export async function openPartial(
  entry: CatalogEntry,
  plan: Plan,
  http: Http,
  options: PullOptions,
): Promise<ByteSource | null> {
  const path = modelPath(entry, options.home);
  const held = await holdModel(path, entry, options);
  let store: BlockStore | null = null;
  const close = async () => {
    await store?.[Symbol.asyncDispose]();
    await held[Symbol.asyncDispose]();
  };
  try {
    store = (await BlockStore.open(path)) ?? (await begin(path, entry, http, options));
    if (store !== null) {
      const source = await planned(entry, store, plan, http, options);
      return { ...source, close, [Symbol.asyncDispose]: close };
    }
  } catch (error) {
    await close();
    throw error;
  }
  await close();
  return null;
}

async function planned(
  entry: CatalogEntry,
  store: BlockStore,
  plan: Plan,
  http: Http,
  options: PullOptions,
): Promise<ByteSource> {
  const addresses = addressesOf(entry, options);
  const [first] = addresses;
  const { onProgress, signal } = options;
  const report = throttled((done, total) => onProgress?.({ model: entry.name, done, total }));
  // The total is known only after the header has been read.
  let total: number | null = null;
  let announced = false;
  const source = remoteSource(
    store,
    options.offline === true || first === undefined
      ? null
      : {
          addresses,
          http,
          signal,
          onFetch: () => {
            if (total === null || announced) return;
            announced = true;
            const size = `${megabytes(total)} of ${megabytes(store.identity.size)}`;
            const host = new URL(first).host;
            (options.announce ?? printToStandardError)(
              `${entry.name}: downloading ${size} from ${host} (${entry.licence}): only the tensors that are needed`,
            );
          },
          onProgress: (received) => total !== null && report(Math.min(received, total), total),
        },
    () => incomplete(entry),
  );
  total = plan((await loadWeights(source)).weights);
  return source;
}

/** Requests the first block to find out whether the server sends parts of files. */
async function begin(
  path: string,
  entry: CatalogEntry,
  http: Http,
  options: PullOptions,
): Promise<BlockStore | null> {
  if (options.offline === true) return null;
  const { signal } = options;
  let failure: unknown = new OneirosError('not-found', `${entry.name} has no address`);
  for (const address of addressesOf(entry, options)) {
    try {
      const settings = { patience: http.patience, signal, progress: () => 0 };
      const range = { begin: 0, end: blockSize, validator: null };
      const answer = await attempt(() => http.get(address, range, signal), settings);
      return await storeFor(path, address, answer, entry);
    } catch (error) {
      signal?.throwIfAborted();
      failure = toFinal(error, address);
    }
  }
  throw failure;
}

async function storeFor(
  path: string,
  address: string,
  answer: Answer,
  entry: CatalogEntry,
): Promise<BlockStore | null> {
  answer.discard();
  const { isRange, size, validator } = answer;
  checkSize(address, size, expectedOf(entry));
  // Without a validator, parts of two versions could be mixed, and there is no checksum to detect that.
  if (!isRange || size === null || validator === null) return null;
  return BlockStore.create(path, { size, validator });
}

function incomplete({ name }: CatalogEntry): OneirosError {
  return new OneirosError(
    'not-found',
    `only a part of ${name} is here, and downloads are off (--offline, ONEIROS_OFFLINE): run oneiros models pull ${name} while online`,
  );
}
