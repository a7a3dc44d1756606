import { messageOf, OneirosError } from '../../../base/errors.js';
import { own } from '../../../base/own.js';
import { codeOf } from '../../../files/failure.js';

/** A failure that may be over when it is tried again. */
export class TransientError extends Error {
  /** @param wait how long the server asks to wait, in milliseconds */
  constructor(
    message: string,
    readonly wait: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** There is nothing at the place in the file that was asked for: it is shorter than it was. */
export class BeyondEnd extends TransientError {}

/** What went wrong on the way, as something that may pass; what is certain stays as it is. */
export function toTransient(error: unknown): unknown {
  if (error instanceof TransientError || error instanceof OneirosError || isAbort(error) || isDisk(error))
    return error;
  return new TransientError(own(reasons, codeOf(error)) ?? messageOf(error), null, { cause: error });
}

/** What is thrown at the end, when nothing has helped. */
export function toFinal(error: unknown, address: string): unknown {
  if (!(error instanceof TransientError)) return error;
  return new OneirosError('runtime', `cannot download ${address}: ${error.message}`, { cause: error });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || codeOf(error) === 'ABORT_ERR');
}

/** What the file system complains of does not pass. */
function isDisk(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host, or no network',
  EAI_AGAIN: 'the host’s address cannot be looked up: is there a network?',
  ECONNREFUSED: 'the host refuses connections',
  ECONNRESET: 'the connection was lost',
  EPIPE: 'the connection was lost',
  UND_ERR_SOCKET: 'the connection was lost',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'the host does not answer',
  UND_ERR_BODY_TIMEOUT: 'the download has come to a halt',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer ended too early',
  UND_ERR_ABORTED: 'the connection was lost',
};
