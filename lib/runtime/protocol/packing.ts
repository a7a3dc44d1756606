import { numericTensor, type Tensor } from '../../tensor/tensor.js';
import type { Reply, Request } from './messages.js';

/** A message and the buffers in it that move to another thread with it. */
export interface Packed<T> {
  readonly message: T;
  readonly moved: ArrayBuffer[];
}

/**
 * A request whose buffers can all be moved: the caller's buffer if it is handed over and holds nothing but the tensor,
 * otherwise a copy. (A structured clone would copy twice, and for a view it would copy the whole underlying buffer.)
 */
export function packRequest(request: Request, handedOver: boolean): Packed<Request> {
  if (request.kind === 'open' && typeof request.model !== 'string') {
    const model = new Uint8Array(movable(request.model, handedOver));
    return { message: { ...request, model }, moved: [model.buffer] };
  }
  if (request.kind !== 'run') return { message: request, moved: [] };
  const moved = new Set<ArrayBuffer>();
  const feeds = Object.entries(request.feeds).map(([name, feed]): [string, Tensor] => {
    if (feed.dtype === 'string') return [name, feed];
    const buffer = movable(feed.data, handedOver);
    moved.add(buffer);
    return [name, numericTensor(feed.dtype, buffer, feed.dims)];
  });
  return { message: { ...request, feeds: Object.fromEntries(feeds) }, moved: [...moved] };
}

/** A reply whose results move to the host. */
export function packReply(reply: Reply): Packed<Reply> {
  if (reply.kind !== 'ran') return { message: reply, moved: [] };
  const buffers = Object.values(reply.results).flatMap(({ data }) =>
    ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer ? [data.buffer] : [],
  );
  return { message: reply, moved: [...new Set(buffers)] };
}

/** A task's request or reply. All its buffers move: they were created for this message. */
export function packTask<T>(message: T): Packed<T> {
  return { message, moved: [...buffersIn(message)] };
}

function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): ReadonlySet<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    const buffer = wholeBuffer(value);
    if (buffer !== null) found.add(buffer);
  } else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) buffersIn(part, found);
  return found;
}

/** Empties the buffers that a request hands over, unless they have moved already. */
export function emptyHandedOver(request: Request): void {
  if (request.kind === 'open' && typeof request.model !== 'string') free([request.model]);
  if (request.kind === 'run')
    free(Object.values(request.feeds).flatMap(({ data }) => (ArrayBuffer.isView(data) ? [data] : [])));
}

/**
 * Frees the memory of arrays at once instead of waiting for garbage collection, by transferring their buffers to a
 * closed port, which discards them. Arrays that view only a part of a buffer are kept.
 */
export function free(views: readonly ArrayBufferView[]): void {
  const buffers = new Set(views.flatMap((view) => wholeBuffer(view) ?? []).filter((b) => b.byteLength > 0));
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(null, [...buffers]);
  port1.close();
}

/** The buffer of an array, or `null` if the array does not cover all of it. */
function wholeBuffer({ buffer, byteLength }: ArrayBufferView): ArrayBuffer | null {
  return buffer instanceof ArrayBuffer && byteLength === buffer.byteLength ? buffer : null;
}

function movable(view: ArrayBufferView, handedOver: boolean): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = view;
  const whole = handedOver ? wholeBuffer(view) : null;
  return whole ?? new Uint8Array(buffer, byteOffset, byteLength).slice().buffer;
}
