// Node's fetch is built on undici. The package is needed because only it uses the proxies from the environment
// (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) in every supported version of Node, and because it has a timeout for each stage
// of a response.
import type { Dispatcher, EnvHttpProxyAgent } from 'undici';

import { OneirosError } from '../../../base/errors.js';
import { own } from '../../../base/own.js';
import type { Patience } from '../timeouts.js';
import { BeyondEnd, toTransient, TransientError } from './transient-error.js';

export interface Range {
  /** The first byte. */
  readonly begin: number;
  /** The byte after the last one; `null` for the end of the file. */
  readonly end: number | null;
  /** The ETag or modification date of the expected version: if the file has changed, the server sends all of it. */
  readonly validator: string | null;
}

/** A response whose body has not been read yet. */
export interface Answer {
  /** The offset of the body in the file: 0 unless the server sends a range. */
  readonly begin: number;
  readonly isRange: boolean;
  /** Bytes of the whole file; `null` if the server does not tell. */
  readonly size: number | null;
  /**
   * Identifies this version of the file: a strong ETag or the modification date; `null` if the server sends neither.
   */
  readonly validator: string | null;
  /** The body as a stream; throws if it stops, or is slower than `Patience` allows. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Discards a body that is not needed. */
  discard(): void;
}

const maxRedirects = 5;

/** An HTTP client for files; keeps connections open until it is disposed. */
export class Http implements AsyncDisposable {
  #agent: EnvHttpProxyAgent | null = null;

  constructor(readonly patience: Patience) {}

  /**
   * Requests a file or a part of it.
   * @throws TransientError for a failure that a retry may fix; OneirosError `not-found`, or `runtime` for an invalid
   *   response
   */
  async get(address: string, range: Range | null, signal: AbortSignal | undefined): Promise<Answer> {
    let url = new URL(address);
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const response = await this.#request(url, range, signal);
      const target = redirectOf(response);
      if (target === null) return answerOf(response, range, url, this.patience);
      discard(response);
      url = follow(url, target);
    }
    throw new OneirosError('runtime', `${address} redirects more than ${maxRedirects} times`);
  }

  async #request(url: URL, range: Range | null, signal: AbortSignal | undefined) {
    // Loaded at the first request: most programs only use files that are here, and undici is large.
    const { request, EnvHttpProxyAgent } = await import('undici');
    const { answer, idle } = this.patience;
    this.#agent ??= new EnvHttpProxyAgent({
      connect: { timeout: answer },
      headersTimeout: answer,
      bodyTimeout: idle,
    });
    try {
      return await request(url, {
        dispatcher: this.#agent,
        headers: headersFor(range),
        ...(signal !== undefined && { signal }),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw toTransient(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent?.destroy();
  }
}

type Response = Dispatcher.ResponseData;

function headersFor(range: Range | null): Record<string, string> {
  return {
    // Without compression, sizes and ranges are those of the file.
    'accept-encoding': 'identity',
    'user-agent': 'oneiros',
    ...(range !== null && { range: `bytes=${range.begin}-${range.end === null ? '' : range.end - 1}` }),
    ...(range !== null && range.validator !== null && { 'if-range': range.validator }),
  };
}

function redirectOf({ statusCode, headers }: Response): string | null {
  return [301, 302, 303, 307, 308].includes(statusCode) ? (header(headers, 'location') ?? '') : null;
}

/** @throws OneirosError `runtime` if the target is not an http(s) address, or leads from https to http */
export function follow(from: URL, target: string): URL {
  const to = URL.canParse(target, from.href) ? new URL(target, from) : null;
  const allowed = from.protocol === 'https:' ? ['https:'] : ['https:', 'http:'];
  if (to !== null && allowed.includes(to.protocol)) return to;
  throw new OneirosError(
    'runtime',
    `${from.origin} redirects to ${JSON.stringify(target.slice(0, 200))}, which is not followed: expected ${allowed.join(' or ')}`,
  );
}

function answerOf(response: Response, range: Range | null, url: URL, patience: Patience): Answer {
  const { statusCode, headers } = response;
  const whole = statusCode === 200;
  if (!whole && statusCode !== 206) {
    discard(response);
    throw refusal(statusCode, headers, url);
  }
  const length = numeric(header(headers, 'content-length'));
  const part = whole ? { begin: 0, size: length, length } : contentRange(headers, range, url);
  const encoding = header(headers, 'content-encoding') ?? 'identity';
  if (encoding !== 'identity')
    throw new OneirosError(
      'runtime',
      `${url.host} sends the file with the encoding ${JSON.stringify(encoding)}, although none was requested`,
    );
  return {
    begin: part.begin,
    isRange: !whole,
    size: part.size,
    validator: validatorOf(headers),
    body: withMinimumSpeed(response, part.length, patience),
    discard: () => discard(response),
  };
}

/** The range that the server sends. @throws OneirosError `runtime` if it is not the requested one */
function contentRange(headers: Response['headers'], range: Range | null, url: URL) {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header(headers, 'content-range') ?? '');
  const [begin, last, size] = (match ?? []).slice(1).map(Number);
  const fits =
    begin !== undefined &&
    last !== undefined &&
    size !== undefined &&
    begin === range?.begin &&
    last === Math.min(range.end ?? size, size) - 1 &&
    Number.isSafeInteger(size);
  if (fits) return { begin, size, length: last + 1 - begin };
  throw new OneirosError('runtime', `${url.host} does not send the requested part of the file`);
}

/** Ignores weak ETags: they do not guarantee that two files have the same bytes. */
function validatorOf(headers: Response['headers']): string | null {
  const etag = header(headers, 'etag');
  if (etag !== undefined && /^"[^"]*"$/.test(etag)) return etag;
  return header(headers, 'last-modified') ?? null;
}

function refusal(status: number, headers: Response['headers'], url: URL): Error {
  const where = `${url.origin}${url.pathname}`;
  if (status === 404 || status === 410)
    return new OneirosError('not-found', `there is no file at ${where} (HTTP ${status})`);
  if (status === 416) return new BeyondEnd('the file is shorter than before (HTTP 416)');
  const what = status === 429 ? 'the server is rate-limiting' : 'server error';
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return new TransientError(`${what} (HTTP ${status})`, retryAfter(headers));
  return new OneirosError('runtime', `the server refuses ${where} (HTTP ${status})`);
}

/** The wait in milliseconds from a header that holds seconds or a date; `null` if there is none. */
function retryAfter(headers: Response['headers']): number | null {
  const text = header(headers, 'retry-after');
  if (text === undefined) return null;
  const seconds = numeric(text);
  const wait = seconds === null ? Date.parse(text) - Date.now() : seconds * 1000;
  return Number.isFinite(wait) ? Math.max(wait, 0) : null;
}

async function* withMinimumSpeed(response: Response, length: number | null, { window, slowest }: Patience) {
  let done = 0;
  let checkedAt = performance.now();
  let checked = 0;
  try {
    for await (const chunk of response.body) {
      const bytes: unknown = chunk;
      if (!(bytes instanceof Uint8Array)) throw new TransientError('the response does not consist of bytes');
      done += bytes.length;
      if (length !== null && done > length)
        throw new TransientError('the response is longer than its Content-Length or range');
      yield bytes;
      const now = performance.now();
      if (now - checkedAt < window) continue;
      if (done - checked < slowest)
        throw new TransientError(`less than ${slowest} bytes arrived in ${window / 1000} s`);
      [checkedAt, checked] = [now, done];
    }
  } catch (error) {
    throw toTransient(error);
  } finally {
    discard(response);
  }
  if (length !== null && done < length) throw new TransientError('the response ended too early');
}

function discard({ body }: Response): void {
  // Destroying a body before its end emits an error, which would otherwise be uncaught.
  body.on('error', () => undefined);
  body.destroy();
}

function header(headers: Response['headers'], name: string): string | undefined {
  const value = own(headers, name);
  return Array.isArray(value) ? value[0] : value;
}

function numeric(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
