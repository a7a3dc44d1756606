import { messageOf, OneirosError } from '../../base/errors.js';
import type { NetworkKind } from './tasks.js';

/** A user's network that the browser keeps for the next visit. */
export interface KeptNetwork {
  /** The file's name: another file of the same name replaces it. */
  readonly name: string;
  readonly kind: NetworkKind;
}

/** Keeps users' networks when the page is closed. */
export interface ModelStore {
  list(): Promise<readonly KeptNetwork[]>;
  /** @throws OneirosError `too-large` if the browser has no room for it, `unsupported` if it keeps no files */
  keep(network: KeptNetwork, file: Blob): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Separate from the service worker's cache, which is deleted when the studio is updated. */
const cacheName = 'oneiros-networks';
const kindHeader = 'x-oneiros-kind';

/** A store in the browser's Cache API, which pages from https or localhost have. */
export const browserModelStore: ModelStore = {
  async list() {
    const cache = await open();
    const found: KeptNetwork[] = [];
    for (const request of (await cache?.keys()) ?? []) {
      const kind = kindOf((await cache?.match(request))?.headers.get(kindHeader));
      if (kind !== null) found.push({ name: nameIn(request.url), kind });
    }
    return found;
  },

  async keep({ name, kind }, file) {
    const cache = await open();
    if (cache === null)
      throw new OneirosError('unsupported', 'browsers keep files only for pages from https or localhost');
    try {
      await cache.put(addressOf(name), new Response(file, { headers: { [kindHeader]: kind } }));
    } catch (cause) {
      const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError';
      if (!isFull) throw new OneirosError('runtime', messageOf(cause), { cause });
      const size = (file.size / 1e6).toPrecision(2);
      throw new OneirosError('too-large', `your browser has no room for ${Number(size)} MB more`, { cause });
    }
  },

  async remove(name) {
    await (await open())?.delete(addressOf(name));
  },
};

/** The file of a kept network. @throws OneirosError `not-found` if the browser has deleted it */
export async function keptFile(name: string): Promise<Blob> {
  const response = await (await open())?.match(addressOf(name));
  if (response !== undefined) return response.blob();
  throw new OneirosError('not-found', `your browser has deleted ${name}: drop the file again`);
}

async function open(): Promise<Cache | null> {
  if (typeof caches === 'undefined') return null;
  return await caches.open(cacheName).catch(() => null);
}

/** Only a key, because caches use addresses: nothing is fetched from it. */
function addressOf(name: string): string {
  return `/kept-networks/${encodeURIComponent(name)}`;
}

function nameIn(address: string): string {
  return decodeURIComponent(new URL(address).pathname.split('/').at(-1) ?? '');
}

function kindOf(text: string | null | undefined): NetworkKind | null {
  return (['features', 'detector', 'segmenter'] as const).find((kind) => kind === text) ?? null;
}
