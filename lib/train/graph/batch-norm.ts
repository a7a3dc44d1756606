import { batchNormByBatch, meanOverBatch } from '../../autodiff/batch-norm.js';
import type { RuleOverrides } from '../../autodiff/rule-choice.js';
import { perChannel } from '../../autodiff/rules/normalization.js';
import { type Rule } from '../../autodiff/rules/rule.js';
import { type Builder, rankOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { Rewriter } from '../../onnx/builder/rewriter.js';
import { attr } from '../../onnx/graph/attributes.js';
import { Budget } from '../../onnx/graph/budget.js';
import type { Model, Node } from '../../onnx/graph/graph.js';
import { allNamesOf } from '../../onnx/graph/subgraphs.js';

/** A running statistic of a batch normalization, and the value of the training graph with the batch's statistic. */
export interface RunningStatistic {
  /** The name of the constant in the model. */
  readonly name: string;
  /** The name of the batch's value, of the same shape. */
  readonly batch: string;
  /** The share of the batch's value in the new running value: PyTorch's momentum, 1 − ONNX's. */
  readonly share: number;
}

export interface BatchNormTraining {
  readonly model: Model;
  readonly statistics: readonly RunningStatistic[];
  /** Gradient rules of the normalizations, which include the batch's statistics. */
  readonly overrides: RuleOverrides;
}

/**
 * Makes batch normalizations whose running statistics are constants use the mean and the (biased) variance of the
 * batch, as in training (Ioffe and Szegedy 2015). Nodes in subgraphs do not change.
 */
export function trainBatchNorm(model: Model): BatchNormTraining {
  const { graph } = model;
  const b = new Rewriter(graph, allNamesOf(graph), Budget.for(model));
  const statistics: RunningStatistic[] = [];
  const nodes = new Map<string, Rule>();
  for (const node of graph.nodes) {
    const running = runningOf(node, graph.initializers);
    if (running === null) {
      b.append(node);
      continue;
    }
    const { mean, variance, unbiased } = batchStatistics(b, b.value(node.inputs[0] ?? ''));
    const name = b.fresh(node.name || node.outputs[0] || 'batch_norm');
    const inputs = [...node.inputs.slice(0, 3), mean.name, variance.name];
    b.append({ ...node, name, inputs, outputs: node.outputs.slice(0, 1) });
    nodes.set(name, batchNormByBatch);
    const share = 1 - attr.float(node, 'momentum', 0.9);
    statistics.push({ name: running.mean, batch: mean.name, share });
    statistics.push({ name: running.variance, batch: unbiased.name, share });
  }
  return {
    model: { ...model, graph: b.finish(graph) },
    statistics,
    overrides: { nodes: Object.fromEntries(nodes) },
  };
}

function runningOf(
  { op, domain, inputs }: Node,
  constants: ReadonlyMap<string, unknown>,
): { readonly mean: string; readonly variance: string } | null {
  const [mean = '', variance = ''] = inputs.slice(3);
  const found =
    op === 'BatchNormalization' && domain === '' && constants.has(mean) && constants.has(variance);
  return found ? { mean, variance } : null;
}

/** Mean, biased variance and unbiased variance (n − 1 instead of n) of each channel. */
function batchStatistics(b: Builder, x: Value) {
  const mean = meanOverBatch(b, x, false);
  const variance = meanOverBatch(b, b.square(b.sub(x, perChannel(b, mean, x))), false);
  const others = Array.from({ length: rankOf(x) - 1 }, (_, i) => (i === 0 ? 0 : i + 1));
  const count = b.elements(x, others);
  const correction = b.div(b.castLike(count, x), b.castLike(b.maximum(b.sub(count, 1), 1), x));
  return { mean, variance, unbiased: b.mul(variance, correction) };
}
