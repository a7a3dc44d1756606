// The training objective of vgg19-slim as one graph: the student, both teachers, and the distance between their
// features.
import type { Image } from '../../../lib/image/image.js';
import { Builder, shapeOf } from '../../../lib/onnx/builder/builder.js';
import type { Value } from '../../../lib/onnx/builder/graph-builder.js';
import type { Model } from '../../../lib/onnx/graph/graph.js';
import { float32, type Float32Tensor } from '../../../lib/tensor/tensor.js';
import { meansOver } from './means.js';
import type { Lift, Teacher } from './networks.js';

/** A layer of the student and its target. */
export interface Match {
  readonly layer: string;
  /** The name of the target value in the teachers' graph. */
  readonly target: string;
  /** The mean of each channel of the target, and the standard deviation of all channels around their means. */
  readonly means: Float32Tensor;
  readonly deviation: number;
}

const fromReal = ['relu1_1', 'relu1_2', 'relu2_1', 'relu2_2', 'relu3_1', 'relu3_2', 'relu3_3', 'relu3_4'];
const fromSlim = ['relu4_1', 'relu4_2', 'relu4_3', 'relu4_4', 'relu5_1'];
/** The layers for which the slim network was trained to match the real network. */
const lifted = ['relu4_1', 'relu5_1'];
export const taught = { fromReal, fromSlim, lifted };

/** Joins both teachers in one graph; returns the targets by the student's layers. */
export function joinTeachers(b: Builder, teachers: readonly Teacher[]): ReadonlyMap<string, Value> {
  const targets = new Map<string, Value>();
  for (const { graph, prefix, lifts } of teachers) {
    b.load(graph);
    for (const { name } of graph.outputs) {
      const layer = name.slice(prefix.length);
      const lift = lifts.get(layer);
      const features = b.value(name);
      const target =
        lift === undefined
          ? features
          : b.relu(b.op('Conv', [features, b.constant(lift.weight), b.constant(lift.bias)]));
      targets.set(layer, target);
    }
  }
  return targets;
}

/** Statistics of the teachers' features on some pictures of one size. */
export async function measureTargets(
  teachers: readonly Teacher[],
  pictures: readonly Image[],
): Promise<readonly Match[]> {
  const b = new Builder();
  const targets = joinTeachers(b, teachers);
  for (const [layer, target] of targets) {
    b.output(b.mean(target, [0, 2, 3], false), `${layer}/mean`);
    b.output(b.mean(b.square(target), [0, 2, 3], false), `${layer}/square`);
  }
  const found = await meansOver(b.model(), pictures);
  return Array.from(targets, ([layer, target]) => {
    const means = found.get(`${layer}/mean`) ?? new Float64Array();
    const squares = found.get(`${layer}/square`) ?? new Float64Array();
    const variance = squares.reduce((sum, square, i) => sum + square - means[i]! ** 2, 0) / squares.length;
    return {
      layer,
      target: target.name,
      means: float32(Float32Array.from(means)),
      deviation: Math.sqrt(variance),
    };
  });
}

/** The targets for a picture: the teachers' standardized features in the window. Outputs by layer. */
export function targetModel(teachers: readonly Teacher[], matches: readonly Match[]): Model {
  const b = new Builder();
  const targets = joinTeachers(b, teachers);
  for (const { layer, means, deviation } of matches) {
    const center = b.constant(float32(means.data, [means.data.length, 1, 1]));
    const target = window(b, targets.get(layer) ?? b.value(layer), layer);
    b.output(b.div(b.sub(target, center), deviation), layer);
  }
  return b.model();
}

/**
 * The graph with the output `loss`: the weighted mean over layers of ‖lift(student) − target‖² / ‖target‖². That ratio,
 * `error/<layer>`, is the part of the teacher's variance that a linear map of the student's features, followed by a
 * ReLU as in the teacher, does not explain. The inputs are `image`, and `target/<layer>` as `targetModel` computes
 * them. The lifts are also weights of the graph, `lift/<layer>.weight` and `.bias`; they are not needed after the
 * training.
 * @param matches the layers to match; deeper layers are not changed
 * @returns the graph, and the names of the learned weights
 */
export function distillation(
  student: Model,
  matches: readonly Match[],
  lifts: ReadonlyMap<string, Lift>,
  weightOf: (layer: string) => number,
): { readonly model: Model; readonly wrt: readonly string[] } {
  const b = Builder.from(student.graph);
  const depth =
    matches
      .map(({ layer }) => layer.replace('relu', 'conv'))
      .sort()
      .at(-1) ?? '';
  const learned = [...student.graph.initializers.keys()].filter(
    (name) => name.startsWith('conv') && name.replace(/\..*/, '') <= depth,
  );
  const errors = matches.map(({ layer, means, deviation }) => {
    const own = window(b, b.value(layer), layer);
    const channels = means.data.length;
    const [batch = 1, width = 1, ...size] = shapeOf(own);
    const target = b.input(`target/${layer}`, 'float32', [batch, channels, ...size]);
    const lift = lifts.get(layer) ?? noLift(channels, Number(width));
    const weight = b.constant(lift.weight, `lift/${layer}.weight`);
    const bias = b.constant(lift.bias, `lift/${layer}.bias`);
    learned.push(weight.name, bias.name);
    // The target is the output of a ReLU, whose zero was moved by the standardization.
    const zero = float32(
      means.data.map((mean) => -mean / deviation),
      [channels, 1, 1],
    );
    const off = b.sub(b.op('Max', [b.op('Conv', [own, weight, bias]), b.constant(zero)]), target);
    return b.reshape(b.div(b.mean(b.square(off)), b.mean(b.square(target))), [1]);
  });
  matches.forEach(({ layer }, i) => b.output(errors[i]!, `error/${layer}`));
  const weights = matches.map(({ layer }) => weightOf(layer));
  const total = b.sum(b.mul(b.concat(errors, 0), b.constant(float32(weights))));
  b.output(
    b.div(
      total,
      weights.reduce((sum, weight) => sum + weight, 0),
    ),
    'loss',
  );
  return { model: b.model(), wrt: learned };
}

/** All zeros. */
function noLift(channels: number, width: number): Lift {
  return {
    weight: float32(new Float32Array(channels * width), [channels, width, 1, 1]),
    bias: float32(new Float32Array(channels)),
  };
}

/** The first two blocks have so many positions that the central part of the picture, half of each side, is enough. */
function window(b: Builder, value: Value, layer: string): Value {
  if (layer >= 'relu3') return value;
  const ends = [2, 3].map((axis) => b.sub(b.dim(value, axis), b.div(b.dim(value, axis), 4)));
  const starts = [2, 3].map((axis) => b.div(b.dim(value, axis), 4));
  return b.slice(value, [2, 3], starts, ends);
}
