import { messageOf, OneirosError } from '../../base/errors.js';
import { download, type DownloadProgress } from '../../files/download.js';
import type { Classifier } from '../../networks/classifier/classifier.js';
import { loadClassifier } from '../../networks/classifier/load.js';
import { GoogLeNet, SqueezeNet, VGG19 } from '../../networks/classifier/published-classifiers.js';
import type { Detector } from '../../networks/detector/detector.js';
import { FasterRCNN } from '../../networks/detector/faster-rcnn.js';
import { loadDetector } from '../../networks/detector/load.js';
import type { Network } from '../../networks/network.js';
import { loadSegmenter } from '../../networks/segmenter/load.js';
import type { Segmenter } from '../../networks/segmenter/segmenter.js';
import { UNet } from '../../networks/segmenter/unet.js';
import type { Placement } from '../../runtime/types.js';
import type { LayerWeights } from '../../tasks/common/layers.js';
import { defaultDreamLayers } from '../../tasks/dream/layers.js';
import { defaultContentLayers, defaultStyleLayers } from '../../tasks/style/layers.js';
import { pickableLayers } from '../state/layer-choice.js';
import { keptFile } from '../state/model-store.js';
import type { LoadProgress, ModelInfo, ModelSource } from '../state/protocol.js';
import type { LayerRole, NetworkKind } from '../state/tasks.js';

type Loaded =
  | { readonly kind: 'features'; readonly network: Classifier }
  | { readonly kind: 'detector'; readonly network: Detector }
  | { readonly kind: 'segmenter'; readonly network: Segmenter };

interface Entry {
  readonly name: string;
  readonly source: ModelSource;
  readonly kinds: readonly NetworkKind[];
  loaded: Loaded | null;
}

/** The networks of the page by id; each is loaded when it is first needed. */
export class Networks {
  readonly #entries = new Map<string, Entry>();
  #placement: Placement = {};

  /** Sets where networks run from now on. Loaded ones are disposed, and loaded again when needed. */
  async setPlacement(placement: Placement): Promise<void> {
    this.#placement = placement;
    for (const entry of this.#entries.values()) {
      const { loaded } = entry;
      entry.loaded = null;
      await loaded?.network.dispose();
    }
  }

  /**
   * Loads a network as the first of `entry.kinds` that fits.
   * @throws OneirosError the first kind's error, if none fits
   */
  async load(
    id: string,
    entry: Omit<Entry, 'loaded'>,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<ModelInfo> {
    const whole = { ...entry, loaded: await this.#loadAny(entry, onProgress) };
    await this.#entries.get(id)?.loaded?.network.dispose();
    this.#entries.set(id, whole);
    const { kind, network } = whole.loaded;
    return {
      id,
      name: entry.name,
      kind,
      layers: pickableLayers(network.layers),
      usual: kind === 'features' ? usualLayers(network) : {},
      notes: network.notes,
    };
  }

  async unload(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    await entry?.loaded?.network.dispose();
  }

  async features(id: string): Promise<Classifier> {
    const loaded = await this.#get(id);
    if (loaded.kind === 'features') return loaded.network;
    throw wrongKind(id, 'has no layers to dream at');
  }

  async detector(id: string): Promise<Detector> {
    const loaded = await this.#get(id);
    if (loaded.kind === 'detector') return loaded.network;
    throw wrongKind(id, 'does not detect');
  }

  async segmenter(id: string): Promise<Segmenter> {
    const loaded = await this.#get(id);
    if (loaded.kind === 'segmenter') return loaded.network;
    throw wrongKind(id, 'does not segment');
  }

  async #get(id: string): Promise<Loaded> {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new OneirosError('not-found', 'this network was removed: choose another');
    return (entry.loaded ??= await this.#loadAny(entry, () => undefined));
  }

  async #loadAny(
    { name, source, kinds }: Omit<Entry, 'loaded'>,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<Loaded> {
    const bytes = await bytesOf(source, onProgress);
    const failures: OneirosError[] = [];
    for (const kind of kinds)
      try {
        return await load(kind, name, bytes, this.#placement);
      } catch (error) {
        if (!(error instanceof OneirosError)) throw error;
        failures.push(error);
      }
    throw failures[0] ?? new OneirosError('bad-argument', `there is no kind of network to load ${name} as`);
  }
}

async function load(
  kind: NetworkKind,
  name: string,
  bytes: Uint8Array,
  placement: Placement,
): Promise<Loaded> {
  const isModel = !isCheckpoint(bytes);
  switch (kind) {
    case 'features': {
      const network = isModel
        ? await loadClassifier(bytes, { name, placement })
        : await classifierOf(bytes, placement);
      return { kind, network };
    }
    case 'detector':
      return {
        kind,
        network: isModel
          ? await loadDetector(bytes, { name, placement })
          : await FasterRCNN.load(bytes, { placement }),
      };
    case 'segmenter':
      return {
        kind,
        network: isModel
          ? await loadSegmenter(bytes, { name, placement })
          : await UNet.load(bytes, { placement }),
      };
  }
}

/** Loads weights as the architecture that their names fit. */
async function classifierOf(bytes: Uint8Array, placement: Placement): Promise<Classifier> {
  const failures: string[] = [];
  for (const network of [GoogLeNet, VGG19, SqueezeNet])
    try {
      return await network.load(bytes, { placement });
    } catch (error) {
      if (!(error instanceof OneirosError)) throw error;
      failures.push(messageOf(error));
    }
  throw new OneirosError(
    'bad-input',
    `these weights fit neither GoogLeNet, VGG-19 nor SqueezeNet 1.1 (${failures[0] ?? ''})`,
  );
}

/** Whether a file is safetensors or PyTorch's zip or pickle, by its first bytes. ONNX files begin differently. */
function isCheckpoint(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 9));
  return start.startsWith('PK') || start.startsWith('\x80') || start.slice(6) === '\0\0{';
}

function usualLayers(network: Network): ModelInfo['usual'] {
  const usual: Partial<Record<LayerRole, LayerWeights>> = {};
  const add = (role: LayerRole, find: (network: Network) => LayerWeights) => {
    try {
      usual[role] = find(network);
    } catch {
      // The network has no default layers: the user has to choose.
    }
  };
  add('layers', defaultDreamLayers);
  add('contentLayers', defaultContentLayers);
  add('styleLayers', defaultStyleLayers);
  return usual;
}

async function bytesOf(
  source: ModelSource,
  onProgress: (progress: LoadProgress) => void,
): Promise<Uint8Array> {
  if (typeof source === 'string') {
    const progress = ({ loaded: done, total }: DownloadProgress) => onProgress({ done, total });
    // The page's service worker caches it, so it is not cached twice.
    return download(source, { cache: null, progress });
  }
  const file = source instanceof Blob ? source : await keptFile(source.kept);
  return new Uint8Array(await file.arrayBuffer());
}

function wrongKind(id: string, what: string): OneirosError {
  return new OneirosError('unsupported', `the network ${id} ${what}: choose another`);
}
