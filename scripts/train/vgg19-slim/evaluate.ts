// How well the student reproduces the real networks' features, on held-out pictures.
import type { Image } from '../../../lib/image/image.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import type { Value } from '../../../lib/onnx/builder/graph-builder.js';
import type { Model } from '../../../lib/onnx/graph/graph.js';
import { meansOver } from './means.js';
import type { Lift, Teacher } from './networks.js';
import { joinTeachers } from './objective.js';
import { loadPicture, middle } from './pictures.js';

/**
 * Pearson's correlation of each layer, lifted by its 1×1 convolution and a ReLU, with the teacher's layer, over all
 * values of all pictures.
 * @param student a graph with the layers as values
 */
export async function correlations(
  student: Model,
  lifts: ReadonlyMap<string, Lift>,
  teachers: readonly Teacher[],
  pictures: AsyncIterable<Image> | readonly Image[],
): Promise<ReadonlyMap<string, number>> {
  const b = Builder.from(student.graph);
  for (const [layer, target] of joinTeachers(b, teachers)) {
    const { weight, bias } = lifts.get(layer)!;
    const lifted = b.relu(b.op('Conv', [b.value(layer), b.constant(weight), b.constant(bias)]));
    b.output(moments(b, lifted, target), layerMoments(layer));
  }
  const found = await meansOver(b.model(), pictures);
  return new Map(Array.from(lifts.keys(), (layer) => [layer, pearson(found.get(layerMoments(layer))!)]));
}

function layerMoments(layer: string): string {
  return `moments/${layer}`;
}

/** The central square of each picture, with this side in pixels. */
export async function* middles(files: readonly string[], side: number): AsyncGenerator<Image> {
  for (const file of files) yield middle(await loadPicture(file), side);
}

/** The means of x, y, x², y² and xy. */
function moments(b: Builder, x: Value, y: Value): Value {
  const means = [x, y, b.square(x), b.square(y), b.mul(x, y)].map((value) => b.reshape(b.mean(value), [1]));
  return b.concat(means, 0);
}

function pearson([x = 0, y = 0, xx = 0, yy = 0, xy = 0]: Float64Array): number {
  return (xy - x * y) / Math.sqrt((xx - x * x) * (yy - y * y));
}
