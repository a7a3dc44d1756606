import { check, type OptionKinds } from '../base/arguments.js';
import { messageOf, OneirosError } from '../base/errors.js';
import { kind, orNull } from '../base/kinds.js';
import { withDefaults } from '../base/options.js';

/** How much of a download has arrived, in bytes. */
export interface DownloadProgress {
  readonly loaded: number;
  /** `null` where the server does not say. */
  readonly total: number | null;
}

export interface DownloadOptions {
  /** The most bytes that are taken into memory. */
  readonly limit: number;
  /**
   * Browsers: the Cache API's store that the file is kept in once it is whole, so that it is there offline; `null` for
   * none. A kept file is taken anew when its server names another version of it.
   */
  readonly cache: string | null;
  /** Is called as bytes arrive. */
  readonly progress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const downloadKinds: OptionKinds<Partial<DownloadOptions>> = {
  limit: kind.number,
  cache: orNull(kind.text),
  progress: kind.function,
  signal: kind.signal,
};
const downloadDefaults: DownloadOptions = { limit: 2 ** 31, cache: 'oneiros' };

/**
 * The bytes behind an address.
 * @throws OneirosError `not-found` where there are none; `too-large` if they are over the limit; `runtime` if the server
 *   cannot be reached, refuses or breaks off; the signal's reason after an abort
 */
export async function download(
  address: string | URL,
  options: Partial<DownloadOptions> = {},
): Promise<Uint8Array> {
  check('download', { address: [address, kind.address] }, options, downloadKinds);
  const settings = withDefaults(downloadDefaults, options);
  settings.signal?.throwIfAborted();
  const store = await openStore(settings.cache);
  const kept = await store?.match(address);
  if (kept !== undefined && (await isCurrent(kept, address, settings.signal)))
    return readBody(kept, address, settings);
  const response = await request(address, { signal: settings.signal ?? null });
  if (!response.ok) {
    const code = response.status === 404 || response.status === 410 ? 'not-found' : 'runtime';
    throw new OneirosError(code, `cannot read ${String(address)}: the server answers ${response.status}`);
  }
  const bytes = await readBody(response, address, settings);
  // What does not fit into the browser's quota is not kept, and works all the same.
  await store?.put(address, copyOf(response, bytes)).catch(() => undefined);
  return bytes;
}

/** Pages on plain http have no Cache API, and neither has Node. */
async function openStore(name: string | null): Promise<Cache | null> {
  if (name === null || typeof caches === 'undefined') return null;
  return await caches.open(name).catch(() => null);
}

/** Headers that tell one version of a file from another; those that a server of another origin lets be seen. */
const versionHeaders = ['etag', 'last-modified', 'content-length'];

/** Whether the server still has the file that was kept; if it does not answer, the file that is there will do. */
async function isCurrent(
  kept: Response,
  address: string | URL,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const now = await fetch(address, { method: 'HEAD', signal: signal ?? null }).catch(() => null);
  signal?.throwIfAborted();
  if (now?.ok !== true) return true;
  return versionHeaders.every((name) => {
    const [before, after] = [kept.headers.get(name), now.headers.get(name)];
    return before === null || after === null || before === after;
  });
}

function copyOf({ headers }: Response, bytes: Uint8Array<ArrayBuffer>): Response {
  const kept = versionHeaders.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return new Response(bytes, { headers: kept });
}

async function request(address: string | URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw failure(address, cause);
  }
}

async function readBody(
  response: Response,
  address: string | URL,
  { limit, progress, signal }: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const total = sizeOf(response);
  const parts: Uint8Array[] = [];
  let loaded = 0;
  try {
    for (const reader = response.body?.getReader(); reader !== undefined;) {
      const part = await reader.read();
      if (part.done) break;
      parts.push(part.value);
      loaded += part.value.length;
      if (Math.max(loaded, total ?? 0) > limit) {
        await reader.cancel();
        throw new OneirosError('too-large', `${String(address)} has more than ${limit} bytes, the limit`);
      }
      progress?.({ loaded, total });
    }
    return concatenate(parts, loaded);
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof OneirosError ? cause : failure(address, cause);
  }
}

function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Of a compressed answer the header has the compressed size, which says nothing here. */
function sizeOf({ headers }: Response): number | null {
  const length = headers.get('content-encoding') === null ? headers.get('content-length') : null;
  return length === null ? null : Number(length);
}

function failure(address: string | URL, cause: unknown): OneirosError {
  return new OneirosError('runtime', `cannot read ${String(address)}: ${messageOf(cause)}`, { cause });
}
