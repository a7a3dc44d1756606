import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The server's misbehavior for one request. Faults are used in order, one per request; then the server behaves. */
export type Fault =
  /** Sends this many of the requested bytes and closes the connection, at once or when the client has received some. */
  | { readonly kind: 'drop'; readonly after: number; readonly seen?: Promise<unknown> }
  /** Sends this many bytes, and then nothing. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Sends this many bytes at a time with pauses in between, forever. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly every: number }
  | { readonly kind: 'silent' }
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'redirect'; readonly to: string }
  /** Declares and sends a different number of bytes. */
  | { readonly kind: 'length'; readonly bytes: number }
  /** Sends wrong bytes of the right number. */
  | { readonly kind: 'garbage' }
  /** Answers with a range other than the requested one. */
  | { readonly kind: 'shifted' };

export interface ServerOptions {
  /** @default true */
  readonly ranges?: boolean;
  /** `null`: neither an ETag nor a date. @default `"v1"` */
  readonly etag?: string | null;
  /** Whether responses have a Content-Length. @default true */
  readonly sizes?: boolean;
}

export interface Request {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** Serves files by name on the loopback interface, with the given faults. */
export class MisbehavingServer implements AsyncDisposable {
  readonly requests: Request[] = [];
  /** Bytes of bodies that were written. */
  sent = 0;
  faults: Fault[] = [];
  options: ServerOptions;
  readonly #server: Server;

  private constructor(
    readonly files: Map<string, Uint8Array>,
    options: ServerOptions,
  ) {
    this.options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(files: Readonly<Record<string, Uint8Array>>, options: ServerOptions = {}) {
    const server = new MisbehavingServer(new Map(Object.entries(files)), options);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server is closed');
    const { port }: AddressInfo = address;
    return `http://127.0.0.1:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer({ url, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (url ?? '/').slice(1);
    const ifRange = headers['if-range'];
    this.requests.push({
      path,
      range: headers.range,
      ifRange: Array.isArray(ifRange) ? ifRange[0] : ifRange,
    });
    const fault = this.faults.shift();
    if (fault?.kind === 'silent') return;
    if (fault?.kind === 'status') return void response.writeHead(fault.status, fault.headers).end('sorry');
    if (fault?.kind === 'redirect') return void response.writeHead(302, { location: fault.to }).end();
    const file = this.files.get(path);
    if (file === undefined) return void response.writeHead(404).end('nothing here');
    await this.#send(file, headers, response, fault);
  }

  async #send(
    file: Uint8Array,
    headers: IncomingMessage['headers'],
    response: ServerResponse,
    fault: Fault | undefined,
  ): Promise<void> {
    const { ranges = true, etag = '"v1"', sizes = true } = this.options;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    const asked = ranges && first !== undefined && (headers['if-range'] ?? etag) === etag;
    const begin = asked ? Number(first) : 0;
    const end = asked && last ? Math.min(Number(last) + 1, file.length) : file.length;
    if (begin >= file.length) return void response.writeHead(416).end();
    const shift = fault?.kind === 'shifted' ? 1 : 0;
    const body = bodyOf(file.subarray(begin, end), fault);
    response.writeHead(asked ? 206 : 200, {
      ...(etag !== null && { etag }),
      ...(sizes && { 'content-length': body.length }),
      ...(asked && { 'content-range': `bytes ${begin + shift}-${end - 1 + shift}/${file.length}` }),
    });
    await this.#write(body, response, fault);
  }

  async #write(body: Uint8Array, response: ServerResponse, fault: Fault | undefined): Promise<void> {
    const write = (bytes: Uint8Array) =>
      new Promise<void>((resolve, reject) => {
        this.sent += bytes.length;
        response.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    switch (fault?.kind) {
      case 'drop':
        await write(body.subarray(0, fault.after));
        await fault.seen;
        response.destroy();
        return;
      case 'stall':
        await write(body.subarray(0, fault.after));
        return;
      case 'drip':
        for (let at = 0; at < body.length && !response.destroyed; at += fault.bytes) {
          await write(body.subarray(at, at + fault.bytes));
          await sleep(fault.every);
        }
        response.end();
        return;
      default:
        await write(body);
        response.end();
    }
  }
}

function bodyOf(bytes: Uint8Array, fault: Fault | undefined): Uint8Array {
  if (fault?.kind === 'garbage') return bytes.map((byte) => byte ^ 0x5a);
  return fault?.kind === 'length' ? new Uint8Array(fault.bytes) : bytes;
}
