import type { Model } from '../../onnx/graph/graph.js';
import { readNetworkMetadata } from '../metadata.js';
import { outputs } from './build.js';
import { type FasterRcnnTraits, fasterRcnnVariants } from './settings.js';

/** The score threshold of the graph, and its maximum number of detections. */
export type FasterRcnnBounds = Pick<FasterRcnnTraits, 'score' | 'limit'>;

/** The metadata of a Faster R-CNN's file. */
export interface Described {
  readonly layers: readonly string[];
  /** Names of the classes by number, the background first; empty if the file does not name them. */
  readonly labels: readonly string[];
  readonly bounds: FasterRcnnBounds;
}

/** Whether a graph was built by `buildFasterRcnn`: recognized by its input and outputs. */
export function isOwnFasterRcnn({ graph }: Model): boolean {
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const found = new Set(graph.outputs.map(({ name }) => name));
  return (
    inputs.length === 1 &&
    inputs[0]?.name === 'image' &&
    Object.values(outputs).every((name) => found.has(name))
  );
}

/** Reads the file's metadata. Layers that do not exist are dropped; missing bounds are torchvision's. */
export function readMetadata({ graph, metadata }: Model): Described {
  const stated = readNetworkMetadata(metadata);
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const usual = fasterRcnnVariants.resnet50_fpn;
  return {
    layers: (stated.layers ?? []).filter((name) => made.has(name)),
    labels: stated.classes ?? [],
    bounds: { score: stated.score ?? usual.score, limit: stated.limit ?? usual.limit },
  };
}
