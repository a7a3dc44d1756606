import { numericTensor, type Tensor } from '../tensor/tensor.js';
import type { Reply, Request } from './protocol.js';

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

function movable(view: ArrayBufferView, handedOver: boolean): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = view;
  if (handedOver && buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) return buffer;
  return new Uint8Array(buffer, byteOffset, byteLength).slice().buffer;
}
