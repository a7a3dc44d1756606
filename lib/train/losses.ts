import { check, type OptionKinds } from '../arguments.js';
import { kind } from '../kinds.js';
import { OneirosError } from '../errors.js';
import type { Value } from '../onnx/builder.js';
import type { Shape } from '../onnx/graph.js';
import { shapeOf, type Builder } from '../onnx/ops.js';
import { float32 } from '../tensor/tensor.js';
import type { Loss } from './loss.js';

/** What a loss compares. */
export interface LossInputs {
  /** The network's output, or any value in the graph. @default the first output */
  readonly output?: string | undefined;
  /** What each sample feeds to compare it with. @default 'target' */
  readonly target?: string | undefined;
}

const inputKinds: OptionKinds<LossInputs> = { output: kind.text, target: kind.text };

export interface CrossEntropyOptions extends LossInputs {
  /** How much each class counts. @default all the same */
  readonly weights?: readonly number[] | undefined;
  /** A label that does not count. */
  readonly ignore?: number | undefined;
}

/** −ln of the softmax of the label's class: scores N × classes × …, labels int64 N × … */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  check('crossEntropy', {}, options, { ...inputKinds, weights: kind.numbers, ignore: kind.number });
  const { output, target = 'target', weights, ignore } = options;
  return (context) => {
    const { b } = context;
    const scores = context.output(output);
    const labels = context.target(target, 'int64', labelShape(scores));
    const inputs = [scores, labels, weights && b.constant(float32(weights), b.fresh('constant'))];
    return b.op('SoftmaxCrossEntropyLoss', inputs, { reduction: 'mean', ignore_index: ignore });
  };
}

/** Binary cross-entropy of scores before their sigmoid, any shape; the target has the same shape, in [0, 1]. */
export function bce(options: LossInputs = {}): Loss {
  check('bce', {}, options, inputKinds);
  const { output, target = 'target' } = options;
  return (context) => {
    const scores = context.output(output);
    const wanted = context.target(target, 'float32', shapeOf(scores));
    return context.b.mean(binaryCrossEntropy(context.b, scores, wanted), undefined, false);
  };
}

export interface FocalOptions extends LossInputs {
  /** The weight of what is to be 1; what is to be 0 has 1 − α. @default 0.25 */
  readonly alpha?: number | undefined;
  /** How much less counts what is right already: a factor (1 − p)^γ. @default 2 */
  readonly gamma?: number | undefined;
}

/** Focal loss (Lin et al. 2017) of scores before their sigmoid: as `bce`, with rare and wrong ones weighted up. */
export function focal(options: FocalOptions = {}): Loss {
  check('focal', {}, options, { ...inputKinds, alpha: kind.number, gamma: kind.number });
  const { output, target = 'target', alpha = 0.25, gamma = 2 } = options;
  return (context) => {
    const { b } = context;
    const scores = context.output(output);
    const wanted = context.target(target, 'float32', shapeOf(scores));
    const p = b.sigmoid(scores);
    // 1 − p of what is wanted: p + t − 2pt
    const wrong = b.sub(b.add(p, wanted), b.mul(b.mul(p, wanted), 2));
    const share = b.add(b.mul(wanted, 2 * alpha - 1), 1 - alpha);
    const entropy = binaryCrossEntropy(b, scores, wanted);
    return b.mean(b.mul(b.mul(share, b.pow(wrong, gamma)), entropy), undefined, false);
  };
}

export interface DiceOptions extends LossInputs {
  /** Added above and below, so that two empty masks agree. @default 1 */
  readonly smooth?: number | undefined;
  /** Whether the output has been through its sigmoid or softmax. @default false */
  readonly probabilities?: boolean | undefined;
}

/**
 * 1 − (2 Σ p·t + smooth) / (Σ p + Σ t + smooth), over all pixels of the batch (Milletari et al. 2016, without squares).
 * Of one plane, N × 1 × …, the target is of the same shape in [0, 1]; of more, N × classes × …, it is labels int64
 * N × …, and the loss is the mean over all classes but the first, the background.
 */
export function dice(options: DiceOptions = {}): Loss {
  check('dice', {}, options, { ...inputKinds, smooth: kind.number, probabilities: kind.flag });
  const { output, target = 'target', smooth = 1, probabilities = false } = options;
  return (context) => {
    const { b } = context;
    const scores = context.output(output);
    const axes = shapeOf(scores).map((_, axis) => axis);
    if (shapeOf(scores)[1] === 1) {
      const wanted = context.target(target, 'float32', shapeOf(scores));
      return b.reshape(overlapLoss(b, probabilities ? scores : b.sigmoid(scores), wanted, axes, smooth), []);
    }
    const labels = context.target(target, 'int64', labelShape(scores));
    const p = probabilities ? scores : b.op('Softmax', [scores], { axis: 1 });
    const objects = b.slice(p, [1], [1], [Infinity]);
    const numbers = b.reshape(classNumbers(b, scores), [-1, ...axes.slice(2).map(() => 1)]);
    const wanted = b.castLike(b.equal(b.unsqueeze(labels, [1]), numbers), p);
    const others = axes.filter((axis) => axis !== 1);
    return b.mean(overlapLoss(b, objects, wanted, others, smooth), undefined, false);
  };
}

export interface SmoothL1Options extends LossInputs {
  /** Where the parabola becomes a line. @default 1 */
  readonly beta?: number | undefined;
}

/** ½d²/β up to a difference of β, |d| − ½β beyond (Girshick 2015): any shape, the target's the same. */
export function smoothL1(options: SmoothL1Options = {}): Loss {
  check('smoothL1', {}, options, { ...inputKinds, beta: kind.number });
  const { output, target = 'target', beta = 1 } = options;
  return (context) => {
    const { b } = context;
    const made = context.output(output);
    const difference = b.sub(made, context.target(target, 'float32', shapeOf(made)));
    const size = b.abs(difference);
    const near = b.mul(b.square(difference), 0.5 / beta);
    return b.mean(b.where(b.less(size, beta), near, b.sub(size, 0.5 * beta)), undefined, false);
  };
}

/** The mean of squared differences. */
export function squaredError(options: LossInputs = {}): Loss {
  check('squaredError', {}, options, inputKinds);
  const { output, target = 'target' } = options;
  return (context) => {
    const { b } = context;
    const made = context.output(output);
    return b.mean(b.square(b.sub(made, context.target(target, 'float32', shapeOf(made)))), undefined, false);
  };
}

/** A loss, or one with the factor that it counts by. */
export type WeightedLoss = Loss | readonly [weight: number, loss: Loss];

/** The weighted sum of some losses, each of them a metric of its name: `total({ bce: bce(), dice: [0.5, dice()] })`. */
export function total(parts: Readonly<Record<string, WeightedLoss>>): Loss {
  check('total', { parts: [parts, kind.losses] });
  if (Object.keys(parts).length === 0)
    throw new OneirosError('bad-argument', 'a sum of losses needs one loss at least');
  return (context) => {
    const { b } = context;
    const terms = Object.entries(parts).map(([name, part]) => {
      const [weight, loss] = typeof part === 'function' ? [1, part] : part;
      const value = b.reshape(loss(context), []);
      context.report(name, value);
      return weight === 1 ? value : b.mul(value, weight);
    });
    return terms.reduce((sum, term) => b.add(sum, term));
  };
}

/** ln(1 + eˣ) − x·t, element by element. */
function binaryCrossEntropy(b: Builder, scores: Value, wanted: Value): Value {
  return b.sub(b.op('Softplus', [scores]), b.mul(scores, wanted));
}

function overlapLoss(b: Builder, p: Value, wanted: Value, axes: readonly number[], smooth: number): Value {
  const both = b.sum(b.mul(p, wanted), axes);
  const either = b.add(b.sum(p, axes), b.sum(wanted, axes));
  return b.sub(1, b.div(b.add(b.mul(both, 2), smooth), b.add(either, smooth)));
}

/** 1, 2, … up to the last class. */
function classNumbers(b: Builder, scores: Value): Value {
  const end = b.squeeze(b.dim(scores, 1), [0]);
  return b.op('Range', [b.scalar(1, 'int64'), end, b.scalar(1, 'int64')]);
}

/** N × … of scores N × classes × … */
function labelShape(scores: Value): Shape {
  return shapeOf(scores).filter((_, axis) => axis !== 1);
}
