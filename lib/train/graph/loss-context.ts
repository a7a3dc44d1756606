import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Shape } from '../../onnx/graph/graph.js';
import type { DType } from '../../tensor/dtype.js';

/** The context in which a loss is built. */
export interface LossContext {
  /** The builder of the network's graph. */
  readonly b: Builder;
  /** An output of the network, or any value in it. @default its first output */
  readonly output: (name?: string) => Value;
  /** An input with the target, which each sample feeds; the first call declares it. */
  readonly target: (name: string, dtype: DType, shape: Shape) => Value;
  /** Adds a scalar to the metrics of each step. */
  readonly report: (name: string, value: Value) => void;
}

/** Adds a loss to a graph: a scalar, the mean over the batch. */
export type Loss = (context: LossContext) => Value;
