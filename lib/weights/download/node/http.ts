// undici is what Node's own fetch is made of; the package is needed because only it takes proxies from the environment
// (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) in every Node that we support, and because it has a timeout for each stage of an answer.
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';

import { OneirosError } from '../../../base/errors.js';
import { own } from '../../../base/own.js';
import type { Patience } from '../timeouts.js';
import { BeyondEnd, toTransient, TransientError } from './failure.js';

export interface Range {
  /** The first byte, and the first one after the last; `null` for the end of the file. */
  readonly begin: number;
  readonly end: number | null;
  /** Only if the file is still the one that this stands for: its ETag, or when it was last changed. */
  readonly validator: string | null;
}

/** An answer whose body is still to come. */
export interface Answer {
  /** Where the body begins in the file: 0 unless a range was asked for and given. */
  readonly begin: number;
  readonly isRange: boolean;
  /** Of the whole file; `null` where the server does not say. */
  readonly size: number | null;
  /** What tells this version of the file from others; `null` where the server says nothing that could. */
  readonly validator: string | null;
  /** The body as it comes; ends with an error where it stops, or is slower than there is patience for. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of a body that nobody wants. */
  discard(): void;
}

const mostRedirects = 5;

/** Asks servers for files; holds connections until it is closed. */
export class Http implements AsyncDisposable {
  readonly #agent: EnvHttpProxyAgent;

  constructor(readonly patience: Patience) {
    const { answer, idle } = patience;
    this.#agent = new EnvHttpProxyAgent({
      connect: { timeout: answer },
      headersTimeout: answer,
      bodyTimeout: idle,
    });
  }

  /**
   * Asks for a file or a part of it.
   * @throws TransientError for what may be over next time; OneirosError `not-found`, or `runtime` for an answer that makes no sense
   */
  async get(address: string, range: Range | null, signal: AbortSignal | undefined): Promise<Answer> {
    let url = new URL(address);
    for (let redirects = 0; redirects <= mostRedirects; redirects++) {
      const response = await this.#request(url, range, signal);
      const target = redirectOf(response);
      if (target === null) return answerOf(response, range, url, this.patience);
      discard(response);
      url = follow(url, target);
    }
    throw new OneirosError('runtime', `${address} leads from one redirect to the next`);
  }

  async #request(url: URL, range: Range | null, signal: AbortSignal | undefined) {
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
    await this.#agent.destroy();
  }
}

type Response = Dispatcher.ResponseData;

function headersFor(range: Range | null): Record<string, string> {
  return {
    // Sizes and ranges are those of the file itself.
    'accept-encoding': 'identity',
    'user-agent': 'oneiros',
    ...(range !== null && { range: `bytes=${range.begin}-${range.end === null ? '' : range.end - 1}` }),
    ...(range !== null && range.validator !== null && { 'if-range': range.validator }),
  };
}

function redirectOf({ statusCode, headers }: Response): string | null {
  return [301, 302, 303, 307, 308].includes(statusCode) ? (header(headers, 'location') ?? '') : null;
}

/** @throws OneirosError `runtime` if it leads nowhere, or from https to something less */
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
    throw new OneirosError('runtime', `${url.host} sends the file as ${JSON.stringify(encoding)}, unasked`);
  return {
    begin: part.begin,
    isRange: !whole,
    size: part.size,
    validator: validatorOf(headers),
    body: withMinimumSpeed(response, part.length, patience),
    discard: () => discard(response),
  };
}

/** Where the part that a server sends lies: it has to be the one that was asked for. */
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
  throw new OneirosError('runtime', `${url.host} answers with another part of the file than was asked for`);
}

/** A weak ETag says that two files mean the same, not that their bytes are. */
function validatorOf(headers: Response['headers']): string | null {
  const etag = header(headers, 'etag');
  if (etag !== undefined && /^"[^"]*"$/.test(etag)) return etag;
  return header(headers, 'last-modified') ?? null;
}

function refusal(status: number, headers: Response['headers'], url: URL): Error {
  const where = `${url.origin}${url.pathname}`;
  if (status === 404 || status === 410)
    return new OneirosError('not-found', `there is nothing at ${where} (${status})`);
  if (status === 416) return new BeyondEnd('the file is shorter than it was (416)');
  const what = status === 429 ? 'the host asks for patience' : 'the host is in trouble';
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return new TransientError(`${what} (${status})`, retryAfter(headers));
  return new OneirosError('runtime', `${where} is refused (${status})`);
}

/** Seconds, or a date, as milliseconds from now. */
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
      if (!(bytes instanceof Uint8Array)) throw new TransientError('the answer is no bytes');
      done += bytes.length;
      if (length !== null && done > length) throw new TransientError('the answer is longer than it says');
      yield bytes;
      const now = performance.now();
      if (now - checkedAt < window) continue;
      if (done - checked < slowest)
        throw new TransientError(`less than ${slowest} bytes came in ${window / 1000} s`);
      [checkedAt, checked] = [now, done];
    }
  } catch (error) {
    throw toTransient(error);
  } finally {
    discard(response);
  }
  if (length !== null && done < length) throw new TransientError('the answer ended too early');
}

function discard({ body }: Response): void {
  // Destroyed in the middle, a body complains, and nobody listens any more.
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
