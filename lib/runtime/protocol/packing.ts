import { numericTensor, type Tensor } from '../../tensor/tensor.js';
import type { Reply, Request } from './messages.js';

/** A message together with those of its buffers that move with it to another thread. */
export interface Packed<T> {
  readonly message: T;
  readonly moved: ArrayBuffer[];
}

/**
 * A request whose buffers can all be moved: the caller's own where they are handed over and nothing else lies in them,
 * copies otherwise. (A structured clone would copy twice, and with a view the whole buffer behind it.)
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

/** A reply whose results move to the one who asked. */
export function packReply(reply: Reply): Packed<Reply> {
  if (reply.kind !== 'ran') return { message: reply, moved: [] };
  const buffers = Object.values(reply.results).flatMap(({ data }) =>
    ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer ? [data.buffer] : [],
  );
  return { message: reply, moved: [...new Set(buffers)] };
}

/** A task's request or reply, whose buffers all move: they were made to be sent. */
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

/** Empties the buffers that a request hands over, where they have not been moved away. */
export function emptyHandedOver(request: Request): void {
  if (request.kind === 'open' && typeof request.model !== 'string') free([request.model]);
  if (request.kind === 'run')
    free(Object.values(request.feeds).flatMap(({ data }) => (ArrayBuffer.isView(data) ? [data] : [])));
}

/**
 * Frees the memory of arrays at once, which garbage collection may take long to do; those that are views of a part of a
 * buffer stay. What is posted to a closed port is thrown away.
 */
export function free(views: readonly ArrayBufferView[]): void {
  const buffers = new Set(views.flatMap((view) => wholeBuffer(view) ?? []).filter((b) => b.byteLength > 0));
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(null, [...buffers]);
  port1.close();
}

/** The buffer of an array that is all there is in it. */
function wholeBuffer({ buffer, byteLength }: ArrayBufferView): ArrayBuffer | null {
  return buffer instanceof ArrayBuffer && byteLength === buffer.byteLength ? buffer : null;
}

function movable(view: ArrayBufferView, handedOver: boolean): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = view;
  const whole = handedOver ? wholeBuffer(view) : null;
  return whole ?? new Uint8Array(buffer, byteOffset, byteLength).slice().buffer;
}
