// The host's side of a task in a worker.
import { connectTask } from '#tasks/connect';
import { resolveOptions } from '../../base/option-table.js';
import { type Image, image } from '../../image/image.js';
import { type Network, sessionFor } from '../../networks/network.js';
import { joined } from '../../runtime/host/model-bytes.js';
import { remoteSteps, type TaskChannel } from '../../runtime/host/remote-steps.js';
import type { Placement } from '../../runtime/types.js';
import { defaultDreamLayers, objectiveTerms } from '../dream/layers.js';
import type { DreamZoomOptions } from '../dream/options.js';
import { type DreamState, SizedPhotograph } from '../dream/state.js';
import type { StyleStep } from '../style/descent.js';
import { transferLayers } from '../style/layers.js';
import { type StyleOptions, styleOptions } from '../style/options.js';
import { packNetwork } from './network-data.js';
import type { DreamInput, StyleInput, Tasks } from './tasks.js';

/** Workers for tasks of one kind, of which one may be started before its task. */
class Workers<K extends keyof Tasks> {
  #started: TaskChannel<Tasks[K]['input'], Tasks[K]['step']> | null = null;

  start(): void {
    this.#started ??= connectTask<K>({});
  }

  take(placement: Placement): TaskChannel<Tasks[K]['input'], Tasks[K]['step']> {
    const started = this.#started;
    if (started === null || (placement.isolation ?? 'thread') !== 'thread') return connectTask<K>(placement);
    this.#started = null;
    return started;
  }
}

const workers = { dream: new Workers<'dream'>(), style: new Workers<'style'>() };

/**
 * Starts a thread for the next task of a kind, for a program that still reads what the task needs. An idle thread does not
 * keep the program alive.
 */
export function startWorker(task: keyof Tasks): void {
  workers[task].start();
}

/** The states of a dream that runs in a worker. Throws as `dreamZoom` does. */
export async function* dreamRemotely(
  network: Network,
  photograph: Image,
  { signal, placement: given, guide, ...options }: DreamZoomOptions,
): AsyncGenerator<DreamState, void> {
  signal?.throwIfAborted();
  const placement = sessionFor(network, given);
  const terms = objectiveTerms(network, options.layers ?? defaultDreamLayers(network));
  const input = async (): Promise<DreamInput> => ({
    task: 'dream',
    network: await packNetwork(
      network,
      terms.map(({ value }) => value),
    ),
    placement: inWorker(placement),
    photograph: await copied(photograph),
    options: { ...options, ...(guide && { guide: await copied(guide) }) },
  });
  let latest: SizedPhotograph | null = null;
  const states = remoteSteps(workers.dream.take(placement), input, signal);
  for await (const { photograph: sent, ...state } of states) {
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
  const { content: contentLayers, style: styleLayers } = transferLayers(
    network,
    options,
    resolveOptions(styleOptions, options).contentWeight,
  );
  const input = async (): Promise<StyleInput> => ({
    task: 'style',
    network: await packNetwork(
      network,
      [...contentLayers, ...styleLayers].map(({ value }) => value),
    ),
    placement: inWorker(placement),
    content: await copied(content),
    styles: await Promise.all(styles.map(copied)),
    options: { ...options, ...(initImage && { initImage: await copied(initImage) }) },
  });
  yield* remoteSteps(workers.style.take(placement), input, signal);
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
