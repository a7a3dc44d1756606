import { messageOf, OneirosError } from '../../../base/errors.js';
import { own } from '../../../base/own.js';
import { codeOf } from '../../../files/file-errors.js';

/** A failure that may not occur again when the request is retried. */
export class TransientError extends Error {
  /** @param wait the wait that the server requests (Retry-After), in milliseconds */
  constructor(
    message: string,
    readonly wait: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The requested range begins after the end of the file: the file is shorter than before. */
export class BeyondEnd extends TransientError {}

/** Wraps network errors in `TransientError`; other errors are returned unchanged. */
export function toTransient(error: unknown): unknown {
  if (error instanceof TransientError || error instanceof OneirosError || isAbort(error) || isDisk(error))
    return error;
  return new TransientError(own(reasons, codeOf(error)) ?? messageOf(error), null, { cause: error });
}

/** The error to throw when retries have failed. */
export function toFinal(error: unknown, address: string): unknown {
  if (!(error instanceof TransientError)) return error;
  return new OneirosError('runtime', `cannot download ${address}: ${error.message}`, { cause: error });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || codeOf(error) === 'ABORT_ERR');
}

/** Errors of the file system are not transient. */
function isDisk(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host, or no network',
  EAI_AGAIN: 'the host’s address cannot be looked up: check the network connection',
  ECONNREFUSED: 'the host refuses connections',
  ECONNRESET: 'the connection was lost',
  EPIPE: 'the connection was lost',
  UND_ERR_SOCKET: 'the connection was lost',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'the host does not answer',
  UND_ERR_BODY_TIMEOUT: 'the download stalled',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the response ended too early',
  UND_ERR_ABORTED: 'the connection was lost',
};
