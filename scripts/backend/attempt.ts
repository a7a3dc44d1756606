// What the steps of a test share.
import { messageOf, OneirosError } from '../../lib/base/errors.js';
import type { Graph } from '../../lib/onnx/graph/graph.js';
import { subgraphsOf } from '../../lib/onnx/graph/subgraphs.js';
import type { Placement } from '../../lib/runtime/types.js';
import { halfToNumber, type Tensor } from '../../lib/tensor/tensor.js';
import type { Outcome } from './row.js';

export type Tensors = Readonly<Record<string, Tensor>>;

export const placement: Placement = { provider: 'cpu', isolation: 'none', threads: 1 };
export const ok: Outcome = { status: 'ok', detail: '' };
export const notRun: Outcome = { status: 'not run', detail: '' };

/** What fails; `null` if nothing does. */
export function attempt(make: () => unknown): Outcome | null {
  try {
    make();
    return null;
  } catch (error) {
    return refusal(error);
  }
}

export function refusal(error: unknown): Outcome {
  return { status: error instanceof OneirosError ? 'refused' : 'fault', detail: messageOf(error) };
}

/** The operators of a graph and of those inside it, those of other domains with their domain before them. */
export function operatorsOf({ nodes }: Graph): readonly string[] {
  return nodes.flatMap((node) => [
    node.domain === '' ? node.op : `${node.domain}.${node.op}`,
    ...subgraphsOf(node).flatMap(operatorsOf),
  ]);
}

/** The elements as they are, half floats as numbers. */
export function elementsOf(t: Tensor): readonly (number | bigint | string)[] {
  if (t.dtype === 'float16') return Array.from(t.data, halfToNumber);
  return Array.from<number | bigint | string>(t.data);
}
