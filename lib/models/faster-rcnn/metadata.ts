import type { Model } from '../../onnx/graph.js';
import { readNetworkMetadata } from '../metadata.js';
import { outputs } from './build.js';
import { type FasterRcnnTraits, fasterRcnnVariants } from './traits.js';

/** The lowest score that the graph lets through, and the most detections. */
export type FasterRcnnBounds = Pick<FasterRcnnTraits, 'score' | 'limit'>;

/** What a Faster R-CNN's file says of it. */
export interface Described {
  readonly layers: readonly string[];
  /** Names of the classes by number, the background first; none where the file does not say. */
  readonly labels: readonly string[];
  readonly bounds: FasterRcnnBounds;
}

/** Whether a graph is one of `buildFasterRcnn`, by its input and outputs. */
export function isOwnFasterRcnn({ graph }: Model): boolean {
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const found = new Set(graph.outputs.map(({ name }) => name));
  return (
    inputs.length === 1 &&
    inputs[0]?.name === 'image' &&
    Object.values(outputs).every((name) => found.has(name))
  );
}

/** What the file says, where it can be so; what it leaves out, as torchvision has it. */
export function readMetadata({ graph, metadata }: Model): Described {
  const said = readNetworkMetadata(metadata);
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const usual = fasterRcnnVariants.resnet50_fpn;
  return {
    layers: (said.layers ?? []).filter((name) => made.has(name)),
    labels: said.classes ?? [],
    bounds: { score: said.score ?? usual.score, limit: said.limit ?? usual.limit },
  };
}
