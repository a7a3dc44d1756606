import { check, type OptionKinds } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { Value } from '../../onnx/builder.js';
import type { Shape } from '../../onnx/graph.js';
import { type Builder, shapeOf } from '../../onnx/ops.js';
import { float32 } from '../../tensor/tensor.js';
import type { Loss } from './loss.js';

/** What a loss compares. */
export interface LossInputs {
  /** The network's output, or any value in the graph. @default the first output */
  readonly output?: string | undefined;
  /** What each sample feeds to compare it with. @default 'target' */
  readonly target?: string | undefined;
}

/** For losses whose target says which pixels do not count. */
export interface IgnoringInputs extends LossInputs {
  /** What the target has where a pixel does not count; where none does, the loss is 0. @default all count */
  readonly ignore?: number | undefined;
}

const inputKinds: OptionKinds<LossInputs> = { output: kind.text, target: kind.text };
const ignoringKinds: OptionKinds<IgnoringInputs> = { ...inputKinds, ignore: kind.number };

export interface CrossEntropyOptions extends IgnoringInputs {
  /** How much each class counts. @default all the same */
  readonly weights?: readonly number[] | undefined;
}

/** −ln of the softmax of the label's class, the mean over the labels: scores N × classes × …, labels int64 N × … */
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
    // The operator's own mean is 0 / 0 where no label counts.
    const sum = b.op('SoftmaxCrossEntropyLoss', inputs, { reduction: 'sum', ignore_index: ignore });
    const counted = counts(b, labels, ignore, scores);
    const known = b.mul(labels, b.cast(counted, 'int64'));
    return share(b, sum, shares ? b.mul(b.op('Gather', [shares, known]), counted) : counted);
  };
}

/** Binary cross-entropy of scores before their sigmoid, any shape; the target has the same shape, in [0, 1]. */
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

export interface DiceOptions extends IgnoringInputs {
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

/** The weighted sum of some losses, each of them a metric of its name: `sum({ bce: bce(), dice: [0.5, dice()] })`. */
export function sum(parts: Readonly<Record<string, WeightedLoss>>): Loss {
  check('sum', { parts: [parts, kind.losses] });
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

/** 1 where a target counts, 0 where it does not, of the type of `like`. */
function counts(b: Builder, target: Value, ignore: number, like: Value): Value {
  return b.castLike(b.not(b.equal(target, ignore)), like);
}

/** A sum as a share of how much counts; 0 of nothing. */
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
