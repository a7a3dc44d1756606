import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Shape } from '../../onnx/graph/graph.js';
import type { DType } from '../../tensor/dtype.js';

/** Where a loss is made. */
export interface LossContext {
  /** The network's graph, to be added to. */
  readonly b: Builder;
  /** An output of the network, or any value in it. @default its first output */
  readonly output: (name?: string) => Value;
  /** What a network is to make, an input that each sample feeds; declared where it is first asked for. */
  readonly target: (name: string, dtype: DType, shape: Shape) => Value;
  /** Makes a scalar one of each step's metrics. */
  readonly report: (name: string, value: Value) => void;
}

/** Adds a loss to a graph: a scalar, the mean over the batch. */
export type Loss = (context: LossContext) => Value;
