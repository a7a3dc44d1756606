// The host's side of a task in a worker.
import { connectTask } from '#tasks/connect';
import { type Image, image } from '../../image/image.js';
import { type Network, sessionFor } from '../../networks/network.js';
import { joined } from '../../runtime/host/model-bytes.js';
import { remoteSteps } from '../../runtime/host/remote-steps.js';
import type { Placement } from '../../runtime/types.js';
import type { DreamZoomOptions } from '../dream/options.js';
import { type DreamState, SizedPhotograph } from '../dream/state.js';
import type { StyleStep } from '../style/descent.js';
import type { StyleOptions } from '../style/options.js';
import { packNetwork } from './network-data.js';
import type { DreamInput, StyleInput } from './tasks.js';

/** The states of a dream that runs in a worker. Throws as `dreamZoom` does. */
export async function* dreamRemotely(
  network: Network,
  photograph: Image,
  { signal, placement: given, guide, ...options }: DreamZoomOptions,
): AsyncGenerator<DreamState, void> {
  signal?.throwIfAborted();
  const placement = sessionFor(network, given);
  const input: DreamInput = {
    task: 'dream',
    network: await packNetwork(network),
    placement: inWorker(placement),
    photograph: await copied(photograph),
    options: { ...options, ...(guide && { guide: await copied(guide) }) },
  };
  let latest: SizedPhotograph | null = null;
  for await (const { photograph: sent, ...state } of remoteSteps(
    connectTask<'dream'>(placement),
    input,
    signal,
  )) {
    if (sent !== null && (latest === null || sent.image !== null))
      latest = new SizedPhotograph(sent.image ?? photograph, sent.size);
    yield { ...state, photograph: sent && latest };
    if (sent === null) latest = null;
  }
}

/** The steps of a style transfer that runs in a worker. Throws as `style` does. */
export async function* styleRemotely(
  network: Network,
  content: Image,
  styles: readonly Image[],
  { signal, placement: given, initImage, ...options }: StyleOptions,
): AsyncGenerator<StyleStep, void> {
  const placement = sessionFor(network, given);
  const input: StyleInput = {
    task: 'style',
    network: await packNetwork(network),
    placement: inWorker(placement),
    content: await copied(content),
    styles: await Promise.all(styles.map(copied)),
    options: { ...options, ...(initImage && { initImage: await copied(initImage) }) },
  };
  yield* remoteSteps(connectTask<'style'>(placement), input, signal);
}

/** In the worker, sessions run in the task's own thread. */
function inWorker(placement: Placement): Placement {
  const { assets } = placement;
  // A worker resolves relative addresses against its own address, so make this one absolute against the page's.
  const folder = assets === undefined ? {} : { assets: new URL(assets, globalThis.location.href).href };
  return { ...placement, ...folder, isolation: 'none' };
}

/** A copy that can be moved to the worker, so that the caller can keep using the picture. */
async function copied(picture: Image): Promise<Image> {
  const { buffer, byteOffset, byteLength } = picture.data;
  const bytes = await joined([new Uint8Array(buffer, byteOffset, byteLength)]);
  return image(picture, new Float32Array(bytes.buffer));
}
