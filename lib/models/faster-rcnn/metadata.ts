import { formatNames, parseNames } from '../../labels/class-text.js';
import type { Model } from '../../onnx/graph/graph.js';
import { outputs } from './build.js';
import { type FasterRcnnTraits, fasterRcnnVariants } from './traits.js';

// What a Faster R-CNN's file says of itself, as texts by key.

/** The lowest score that the graph lets through, and the most detections. */
export type FasterRcnnBounds = Pick<FasterRcnnTraits, 'score' | 'limit'>;

export interface Described {
  readonly layers: readonly string[];
  /** Names of the classes by number, the background first. */
  readonly labels?: readonly string[] | undefined;
  readonly bounds: FasterRcnnBounds;
}

export function metadataOf({ layers, labels, bounds }: Described): ReadonlyMap<string, string> {
  return new Map([
    ['layers', layers.join(',')],
    ['score', String(bounds.score)],
    ['limit', String(bounds.limit)],
    ...(labels === undefined ? [] : ([['classes', formatNames(labels)]] as const)),
  ]);
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
export function readMetadata({
  graph,
  metadata,
}: Model): Required<Described> & { readonly labels: readonly string[] } {
  const list = (key: string) => metadata.get(key)?.split(',') ?? [];
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const number = (key: 'score' | 'limit') => {
    const value = Number(metadata.get(key) ?? NaN);
    return value >= 0 ? value : fasterRcnnVariants.resnet50_fpn[key];
  };
  return {
    layers: list('layers').filter((name) => made.has(name)),
    labels: parseNames(metadata.get('classes')) ?? [],
    bounds: { score: number('score'), limit: number('limit') },
  };
}
