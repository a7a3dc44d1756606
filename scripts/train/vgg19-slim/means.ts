import { type Image, toTensor } from '../../../lib/image/image.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import type { Model } from '../../../lib/onnx/graph/graph.js';
import { openSession } from '../../../lib/runtime/session.js';
import { toFloat32 } from '../../../lib/weights/check-tensor.js';

/** Averages the outputs of a graph with the input `image` over pictures. */
export async function meansOver(
  model: Model,
  pictures: AsyncIterable<Image> | readonly Image[],
): Promise<ReadonlyMap<string, Float64Array>> {
  await using session = await openSession(encodeModel(model));
  const sums = new Map<string, Float64Array>();
  let count = 0;
  for await (const picture of pictures) {
    const found = await session.run({ image: toTensor(picture) });
    count++;
    for (const [name, value] of Object.entries(found)) {
      if (value.dtype === 'string') continue;
      const { data } = toFloat32(value);
      const sum = sums.get(name) ?? new Float64Array(data.length);
      data.forEach((item, i) => (sum[i]! += item));
      sums.set(name, sum);
    }
  }
  return new Map(Array.from(sums, ([name, sum]) => [name, sum.map((value) => value / count)]));
}
