import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { type Builder, shapeOf } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Shape } from '../../onnx/graph/graph.js';
import { float32 } from '../../tensor/tensor.js';
import type { Loss } from './loss-context.js';

/** The values that a loss compares. */
export interface LossInputs {
  /** The network's output, or any value in the graph. @default the first output */
  readonly output?: string | undefined;
  /** The input with the target, which each sample feeds. @default 'target' */
  readonly target?: string | undefined;
}

/** For losses with pixels that do not count. */
export interface IgnoringInputs extends LossInputs {
  /** The target's value for pixels that do not count; if none counts, the loss is 0. @default all count */
  readonly ignore?: number | undefined;
}

const inputKinds: OptionKinds<LossInputs> = { output: kind.text, target: kind.text };
const ignoringKinds: OptionKinds<IgnoringInputs> = { ...inputKinds, ignore: kind.number };

export interface CrossEntropyOptions extends IgnoringInputs {
  /** The weight of each class. @default equal weights */
  readonly weights?: readonly number[] | undefined;
}

/** Cross-entropy after softmax, the mean over the labels: scores are N × classes × …, labels are int64 N × … */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  check('crossEntropy', {}, options, { ...ignoringKinds, weights: kind.numbers });
  const { output, target = 'target', weights, ignore } = options;
  return (context) => {
    const { b } = context;
    const scores = context.output(output);
    const labels = context.target(target, 'int64', labelShape(scores));
    const shares = weights && b.constant(float32(weights), b.fresh('constant'));
    const inputs = [scores, labels, shares];
    if (ignore === undefined) return b.op('SoftmaxCrossEntropyLoss', inputs, { reduction: 'mean' });
    // The operator's mean is 0 / 0 if no label counts.
    const sum = b.op('SoftmaxCrossEntropyLoss', inputs, { reduction: 'sum', ignore_index: ignore });
    const counted = counts(b, labels, ignore, scores);
    const known = b.mul(labels, b.cast(counted, 'int64'));
    return share(b, sum, shares ? b.mul(b.op('Gather', [shares, known]), counted) : counted);
  };
}

/** Binary cross-entropy of logits of any shape; the target has the same shape, float32 in [0, 1]. The mean over all. */
export function bce(options: IgnoringInputs = {}): Loss {
  check('bce', {}, options, ignoringKinds);
  const { output, target = 'target', ignore } = options;
  return (context) => {
    const { b } = context;
    const scores = context.output(output);
    const wanted = context.target(target, 'float32', shapeOf(scores));
    if (ignore === undefined) return b.mean(binaryCrossEntropy(b, scores, wanted), undefined, false);
    const counted = counts(b, wanted, ignore, scores);
    const entropy = binaryCrossEntropy(b, scores, b.mul(wanted, counted));
    return share(b, b.sum(b.mul(entropy, counted), undefined, false), counted);
  };
}

export interface FocalOptions extends LossInputs {
  /** The weight α of targets of 1; targets of 0 have the weight 1 − α. @default 0.25 */
  readonly alpha?: number | undefined;
  /** The exponent γ of the factor (1 − p)^γ, which reduces the weight of what is already right. @default 2 */
  readonly gamma?: number | undefined;
}

/** Focal loss (Lin et al. 2017) of logits: like `bce`, but with a higher weight for wrong predictions. */
export function focal(options: FocalOptions = {}): Loss {
  check('focal', {}, options, { ...inputKinds, alpha: kind.number, gamma: kind.number });
  const { output, target = 'target', alpha = 0.25, gamma = 2 } = options;
  return (context) => {
    const { b } = context;
    const scores = context.output(output);
    const wanted = context.target(target, 'float32', shapeOf(scores));
    const p = b.sigmoid(scores);
    // 1 − (the probability of the target): p + t − 2pt
    const wrong = b.sub(b.add(p, wanted), b.mul(b.mul(p, wanted), 2));
    const share = b.add(b.mul(wanted, 2 * alpha - 1), 1 - alpha);
    const entropy = binaryCrossEntropy(b, scores, wanted);
    return b.mean(b.mul(b.mul(share, b.pow(wrong, gamma)), entropy), undefined, false);
  };
}

export interface DiceOptions extends IgnoringInputs {
  /** Added to numerator and denominator, so that two empty masks agree. @default 1 */
  readonly smooth?: number | undefined;
  /** Whether the output is already after its sigmoid or softmax. @default false */
  readonly probabilities?: boolean | undefined;
}

/**
 * 1 − (2 Σ p·t + smooth) / (Σ p + Σ t + smooth), over all pixels of the batch (Milletari et al. 2016, without squares).
 * For one plane, N × 1 × …, the target has the same shape, in [0, 1]. For more, N × classes × …, it is int64 labels
 * N × …, and the loss is the mean over all classes except the first, the background.
 */
export function dice(options: DiceOptions = {}): Loss {
  check('dice', {}, options, { ...ignoringKinds, smooth: kind.number, probabilities: kind.flag });
  const { output, target = 'target', smooth = 1, probabilities = false, ignore } = options;
  return (context) => {
    const { b } = context;
    const scores = context.output(output);
    const axes = shapeOf(scores).map((_, axis) => axis);
    if (shapeOf(scores)[1] === 1) {
      const wanted = context.target(target, 'float32', shapeOf(scores));
      const p = probabilities ? scores : b.sigmoid(scores);
      const counted = ignore === undefined ? null : counts(b, wanted, ignore, p);
      const [found, there] = counted === null ? [p, wanted] : [b.mul(p, counted), b.mul(wanted, counted)];
      return b.reshape(overlapLoss(b, found, there, axes, smooth), []);
    }
    const labels = context.target(target, 'int64', labelShape(scores));
    const p = probabilities ? scores : b.op('Softmax', [scores], { axis: 1 });
    const objects = b.slice(p, [1], [1], [Infinity]);
    const numbers = b.reshape(classNumbers(b, scores), [-1, ...axes.slice(2).map(() => 1)]);
    const wanted = b.castLike(b.equal(b.unsqueeze(labels, [1]), numbers), p);
    const others = axes.filter((axis) => axis !== 1);
    const counted = ignore === undefined ? null : b.unsqueeze(counts(b, labels, ignore, p), [1]);
    const [found, there] =
      counted === null ? [objects, wanted] : [b.mul(objects, counted), b.mul(wanted, counted)];
    return b.mean(overlapLoss(b, found, there, others, smooth), undefined, false);
  };
}

export interface SmoothL1Options extends LossInputs {
  /** The difference at which the parabola becomes a line. @default 1 */
  readonly beta?: number | undefined;
}

/**
 * The mean of ½d²/β for differences |d| < β, and |d| − ½β beyond (Girshick 2015); any shape, the same for the target.
 */
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

/** The mean of squared differences; any shape, the same for the target. */
export function squaredError(options: LossInputs = {}): Loss {
  check('squaredError', {}, options, inputKinds);
  const { output, target = 'target' } = options;
  return (context) => {
    const { b } = context;
    const made = context.output(output);
    return b.mean(b.square(b.sub(made, context.target(target, 'float32', shapeOf(made)))), undefined, false);
  };
}

/** A loss, or a loss with its weight. */
export type WeightedLoss = Loss | readonly [weight: number, loss: Loss];

/** A weighted sum of losses; each is reported as a metric by its name: `sum({ bce: bce(), dice: [0.5, dice()] })`. */
export function sum(parts: Readonly<Record<string, WeightedLoss>>): Loss {
  check('sum', { parts: [parts, kind.losses] });
  if (Object.keys(parts).length === 0)
    throw new OneirosError('bad-argument', 'a sum of losses needs at least one loss');
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

/** 1 where a target counts, 0 where it does not, of the type of `like`. */
function counts(b: Builder, target: Value, ignore: number, like: Value): Value {
  return b.castLike(b.not(b.equal(target, ignore)), like);
}

/** A sum divided by the total of what counts; 0 if nothing counts. */
function share(b: Builder, sum: Value, counted: Value): Value {
  const all = b.sum(counted, undefined, false);
  return b.div(sum, b.where(b.equal(all, 0), 1, all));
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
