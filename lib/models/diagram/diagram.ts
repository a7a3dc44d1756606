import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Facts } from '../../onnx/facts/facts.js';
import type { Model, Node } from '../../onnx/graph/graph.js';
import { factorOf, type Place, placesOf, sized } from './scales.js';
import { describeNode, parameterCounter } from './transformations.js';

/** A change of resolution. */
export interface AnatomyStep {
  readonly node: string;
  /** `max pooling 2×2, stride 2`, `strided transposed convolution 2×2, stride 2`, `resize, nearest` … */
  readonly operation: string;
  /** The scales before and after: picture pixels for each pixel of the feature map, along one side. */
  readonly from: number;
  readonly to: number;
  /** Number of learned parameters. */
  readonly learned: number;
}

/** A skip connection from the path down to the path up. */
export interface AnatomySkip {
  /** The value that is passed on. */
  readonly from: string;
  /** The node that merges it. */
  readonly to: string;
  /** How it is merged. */
  readonly joins: 'concatenation' | 'addition';
  readonly scale: number;
  readonly channels: number | null;
  /** Whether the value is cropped to its center, as in networks without padding. */
  readonly cropped: boolean;
}

/** The operations on one side of a level, with the count of each. */
export interface AnatomyStage {
  readonly operations: readonly { readonly operation: string; readonly count: number }[];
  /** Channels of the result; `null` if unknown. */
  readonly channels: number | null;
  readonly learned: number;
}

/** One resolution. The bottom level has no path up. */
export interface AnatomyLevel {
  readonly scale: number;
  readonly down: AnatomyStage | null;
  readonly up: AnatomyStage | null;
}

/** One kind of operation, counted over the whole network. */
export interface AnatomyTransformation {
  readonly operation: string;
  readonly count: number;
  readonly learned: number;
  /** Number of means and variances of batch normalization; training collects them, gradients do not change them. */
  readonly statistics: number;
}

/** The structure of a network that reduces the resolution and then increases it again. */
export interface Anatomy {
  /** `U-Net` if it returns to the scale where it began; `feature pyramid` if it stops before, as detectors do. */
  readonly shape: 'U-Net' | 'feature pyramid';
  /** From the picture's resolution to the bottom. */
  readonly levels: readonly AnatomyLevel[];
  readonly descents: readonly AnatomyStep[];
  readonly ascents: readonly AnatomyStep[];
  readonly skips: readonly AnatomySkip[];
  /** Sorted by the number of learned parameters, the largest first. */
  readonly transformations: readonly AnatomyTransformation[];
  readonly learned: number;
  readonly statistics: number;
}

/** A node with what is known about it. */
interface Part {
  readonly node: Node;
  readonly operation: string;
  readonly learned: number;
  readonly statistics: number;
  /** The resolution of its first output; `null` if that is not a feature map. */
  readonly place: Place | null;
  readonly channels: number | null;
}

/**
 * Finds the U shape of a network: its levels, the steps down and up, skip connections and learned parameters. Accepts
 * any ONNX model: it follows how operators change the resolution and ignores names.
 * @returns `null` if the model has no skip connection from the path down to the path up
 * @throws OneirosError `bad-input` for a malformed model
 */
export function anatomyOf(original: Model): Anatomy | null {
  check('anatomyOf', { original: [original, kind.model] });
  const ready = sized(original);
  const places = placesOf(ready);
  const { nodes } = ready.model.graph;
  const skips = findSkips(nodes, places, ready.facts);
  if (skips.length === 0) return null;

  const count = parameterCounter(ready.model.graph);
  const parts = nodes.map((node): Part => {
    const output = node.outputs[0] ?? '';
    return {
      node,
      operation: describeNode(node, ready.facts),
      ...count(node),
      place: places.get(output) ?? null,
      channels: channelsOf(ready.facts.get(output)),
    };
  });
  const steps = parts.flatMap((part) => stepOf(part, places, ready.facts));
  const [descents, ascents] = [
    steps.filter(({ from, to }) => to > from),
    steps.filter(({ from, to }) => to < from),
  ];
  const top = descents.reduce((least, { from }) => Math.min(least, from), Infinity);
  const parameters = parts.filter(({ place, learned }) => place !== null || learned > 0);
  return {
    shape: ascents.some(({ to }) => to <= top) ? 'U-Net' : 'feature pyramid',
    levels: levelsOf(parts),
    descents,
    ascents,
    skips,
    transformations: transformationsOf(parameters),
    learned: total(parts.map(({ learned }) => learned)),
    statistics: total(parts.map(({ statistics }) => statistics)),
  };
}

function stepOf(
  { node, operation, learned, place }: Part,
  places: ReadonlyMap<string, Place>,
  facts: ReadonlyMap<string, Facts>,
): AnatomyStep[] {
  const before = places.get(node.inputs[0] ?? '');
  if (place === null || before === undefined || factorOf(node, facts) === 1) return [];
  return [{ node: nameOf(node), operation, from: before.scale, to: place.scale, learned }];
}

/** Skip connections: nodes that merge a value from a lower level with one of the same scale that was never lower. */
function findSkips(
  nodes: readonly Node[],
  places: ReadonlyMap<string, Place>,
  facts: ReadonlyMap<string, Facts>,
): AnatomySkip[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  return nodes
    .filter(({ op }) => op === 'Concat' || op === 'Add')
    .flatMap((node) => {
      const inputs = node.inputs.map((name) => ({ name, place: places.get(name) }));
      if (!inputs.some(({ place }) => place && place.deepest > place.scale)) return [];
      return inputs.flatMap(({ name, place }): AnatomySkip[] => {
        if (!place || place.deepest > place.scale) return [];
        const { source, cropped } = sourceOf(name, makers);
        return [
          {
            from: source,
            to: nameOf(node),
            joins: node.op === 'Concat' ? 'concatenation' : 'addition',
            scale: place.scale,
            channels: channelsOf(facts.get(source)),
            cropped,
          },
        ];
      });
    });
}

const transparent = new Set(['Identity', 'Dropout', 'Pad', 'Slice', 'Cast']);

/** The original of a value that was cropped or padded. */
function sourceOf(name: string, makers: ReadonlyMap<string, Node>) {
  let source = name;
  let cropped = false;
  for (let maker = makers.get(source); maker && transparent.has(maker.op); maker = makers.get(source)) {
    cropped ||= maker.op === 'Slice';
    source = maker.inputs[0] ?? '';
  }
  return { source, cropped };
}

/** The levels: scales at which the network has learned parameters. */
function levelsOf(parts: readonly Part[]): readonly AnatomyLevel[] {
  const onMap = parts.filter((part): part is Part & { readonly place: Place } => part.place !== null);
  const scales = [...new Set(onMap.filter(({ learned }) => learned > 0).map(({ place }) => place.scale))];
  return scales
    .sort((a, b) => a - b)
    .map((scale) => {
      const here = onMap.filter(({ place }) => place.scale === scale);
      return {
        scale,
        down: stageOf(here.filter(({ place }) => place.deepest === scale)),
        up: stageOf(here.filter(({ place }) => place.deepest > scale)),
      };
    });
}

function stageOf(parts: readonly Part[]): AnatomyStage | null {
  const last = parts.at(-1);
  if (last === undefined) return null;
  const counts = new Map<string, number>();
  for (const { operation } of parts) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  return {
    operations: Array.from(counts, ([operation, count]) => ({ operation, count })),
    channels: last.channels,
    learned: total(parts.map(({ learned }) => learned)),
  };
}

function transformationsOf(parts: readonly Part[]): readonly AnatomyTransformation[] {
  const kinds = new Map<string, AnatomyTransformation>();
  for (const { operation, learned, statistics } of parts) {
    const kind = kinds.get(operation);
    kinds.set(operation, {
      operation,
      count: (kind?.count ?? 0) + 1,
      learned: (kind?.learned ?? 0) + learned,
      statistics: (kind?.statistics ?? 0) + statistics,
    });
  }
  return [...kinds.values()].sort((a, b) => b.learned - a.learned || b.count - a.count);
}

function channelsOf(facts: Facts | undefined): number | null {
  const channels = facts?.type?.shape?.[1];
  return typeof channels === 'number' ? channels : null;
}

function nameOf(node: Node): string {
  return node.name || node.outputs[0] || node.op;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0);
}
