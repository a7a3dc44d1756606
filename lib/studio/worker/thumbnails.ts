import { own } from '../../base/own.js';
import { SerialQueue } from '../../base/serial-queue.js';
import { colorize, cubehelix } from '../../image/color/colormap.js';
import { resize, scaledSize } from '../../image/geometry/resize.js';
import { type Image, type Size, toTensor } from '../../image/image.js';
import type { Network } from '../../networks/network.js';
import { openModel } from '../../runtime/open-model.js';
import type { ProviderName, Session } from '../../runtime/types.js';
import { pickableLayers } from '../state/layer-choice.js';
import type { Thumbnail } from '../state/protocol.js';
import { type ActivityGraph, activityGraph, normalized } from './activity.js';
import { bitmapOf } from './pictures.js';

/** Longer side of the network's input, unless it takes only one size. */
const inputSide = 192;
/** Longer side of a thumbnail: twice its size on the page, for high-resolution screens. */
const side = 128;

interface Ready {
  readonly network: Network;
  readonly provider: ProviderName;
  readonly graph: ActivityGraph;
  readonly session: Session;
}

/** A small map of each layer's activations: bright where its channels are strongly active. */
export class Thumbnails {
  /** For the last network: the next call is usually for another picture of the same network. */
  #ready: Ready | null = null;
  readonly #queue = new SerialQueue();

  of(network: Network, picture: Image, provider: ProviderName): Promise<readonly Thumbnail[]> {
    return this.#queue.add(() => this.#make(network, picture, provider));
  }

  async #make(network: Network, picture: Image, provider: ProviderName): Promise<readonly Thumbnail[]> {
    const { graph, session } = await this.#get(network, provider);
    const small = resize(picture, fixedSize(network) ?? scaledSize(picture, inputSide));
    const maps = await session.run({ [network.image]: toTensor(small) }, { transfer: true });
    const thumbnails: Thumbnail[] = [];
    for (const { layer, output, channels } of graph.layers) {
      const map = normalized(own(maps, output));
      if (map === null) continue;
      const shown = resize(map, scaledSize(picture, side), { antialias: false });
      thumbnails.push({ layer, channels, picture: await bitmapOf(colorize(shown, cubehelix)) });
    }
    return thumbnails;
  }

  async #get(network: Network, provider: ProviderName): Promise<Ready> {
    if (this.#ready?.network === network && this.#ready.provider === provider) return this.#ready;
    await this.#ready?.session.dispose();
    this.#ready = null;
    const graph = activityGraph(network, pickableLayers(network.layers));
    const session = await openModel(graph.model, { provider });
    this.#ready = { network, provider, graph, session };
    return this.#ready;
  }
}

function fixedSize({ model, image }: Network): Size | null {
  const shape = model.graph.inputs.find(({ name }) => name === image)?.type?.shape ?? [];
  const [, , height, width] = shape;
  return typeof height === 'number' && typeof width === 'number' ? { width, height } : null;
}
