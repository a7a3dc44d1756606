// How much of the real networks the student shows, on pictures that it has never seen.
import type { Value } from '../../../lib/onnx/builder.js';
import { Builder } from '../../../lib/onnx/ops.js';
import type { Model } from '../../../lib/onnx/graph.js';
import type { Image } from '../../../lib/image/image.js';
import { float32 } from '../../../lib/tensor/tensor.js';
import { meansOver } from './means.js';
import { joinTeachers, type Match } from './objective.js';
import type { Lift, Teacher } from './networks.js';
import { loadPicture, middle } from './pictures.js';

export interface Judged {
  readonly student: Model;
  readonly lifts: ReadonlyMap<string, Lift>;
  readonly teachers: readonly Teacher[];
  readonly matches: readonly Match[];
  readonly files: readonly string[];
}

/**
 * Pearson's correlation of each layer, lifted by its 1×1 convolution, with the teacher's, over all values of all pictures
 * (their middle, 224 pixels square).
 */
export async function correlations({ student, lifts, teachers, matches, files }: Judged) {
  const b = Builder.from(student.graph);
  const targets = joinTeachers(b, teachers);
  const compared = matches.filter(({ layer }) => lifts.has(layer) && b.has(layer));
  for (const { layer, means, deviation } of compared) {
    const lift = lifts.get(layer)!;
    const centred = b.op('Conv', [b.value(layer), b.constant(lift.weight), b.constant(lift.bias)]);
    const lifted = b.add(
      b.mul(centred, deviation),
      b.constant(float32(means.data, [means.data.length, 1, 1])),
    );
    b.output(moments(b, lifted, targets.get(layer)!), `moments/${layer}`);
  }
  const found = await meansOver(b.model(), middles(files));
  return new Map(compared.map(({ layer }) => [layer, pearson(found.get(`moments/${layer}`)!)]));
}

async function* middles(files: readonly string[]): AsyncGenerator<Image> {
  for (const file of files) yield middle(await loadPicture(file), 224);
}

/** The means of x, y, x², y² and xy. */
function moments(b: Builder, x: Value, y: Value): Value {
  const means = [x, y, b.square(x), b.square(y), b.mul(x, y)].map((value) => b.reshape(b.mean(value), [1]));
  return b.concat(means, 0);
}

function pearson([x = 0, y = 0, xx = 0, yy = 0, xy = 0]: Float64Array): number {
  return (xy - x * y) / Math.sqrt((xx - x * x) * (yy - y * y));
}
