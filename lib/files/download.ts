import { check, type OptionKinds } from '../base/check-arguments.js';
import { messageOf, OneirosError } from '../base/errors.js';
import { kind, orNull } from '../base/kinds.js';
import { withDefaults } from '../base/option-table.js';

/** The progress of a download, in bytes. */
export interface DownloadProgress {
  readonly loaded: number;
  /** `null` if the server does not state it. */
  readonly total: number | null;
}

export interface DownloadOptions {
  /** The maximum number of bytes to download. @default 2³¹ */
  readonly limit: number;
  /**
   * Browsers only: the name of the Cache API's store that keeps the complete file, for offline use; `null` for none. If
   * the server has another version of a kept file, it is downloaded again.
   * @default 'oneiros'
   */
  readonly cache: string | null;
  /** Called when bytes arrive. */
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
 * Downloads the bytes at an address.
 * @throws OneirosError `not-found` for HTTP 404 and 410; `too-large` if there are more bytes than the limit; `runtime`
 *   if the server cannot be reached, answers with another error or closes the connection early. After an abort, the
 *   signal's reason
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
    throw new OneirosError(
      code,
      `cannot read ${String(address)}: the server responded with HTTP ${response.status}`,
    );
  }
  const bytes = await readBody(response, address, settings);
  // A file over the browser's quota is not kept; the download succeeds anyway.
  await store?.put(address, copyOf(response, bytes)).catch(() => undefined);
  return bytes;
}

/** `null` without a Cache API: in Node, and on pages over plain http. */
async function openStore(name: string | null): Promise<Cache | null> {
  if (name === null || typeof caches === 'undefined') return null;
  return await caches.open(name).catch(() => null);
}

/** Headers that identify a version of a file; a cross-origin server exposes only some of them. */
const versionHeaders = ['etag', 'last-modified', 'content-length'];

/** Whether the kept file is the server's current version; `true` if the server does not answer. */
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

/** `null` for a compressed response, whose header states the compressed size. */
function sizeOf({ headers }: Response): number | null {
  const length = headers.get('content-encoding') === null ? headers.get('content-length') : null;
  return length === null ? null : Number(length);
}

function failure(address: string | URL, cause: unknown): OneirosError {
  return new OneirosError('runtime', `cannot read ${String(address)}: ${messageOf(cause)}`, { cause });
}
