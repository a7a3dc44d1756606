// Compares a network that Python exported with the one that this library builds from the same weights:
//   python3 scripts/export/vgg19.py vgg19.onnx --random 1 --state vgg19.pth
//   node --import ./scripts/ts.mjs scripts/export/check.ts vgg19 vgg19.onnx vgg19.pth
import { type Image, image } from '../../lib/image/image.js';
import { loadClassifier } from '../../lib/networks/classifier/load.js';
import { detectorNames, loadDetector } from '../../lib/networks/detector/load.js';
import { loadSegmenter, segmenterNames } from '../../lib/networks/segmenter/load.js';

const [name = '', exported = '', weights = ''] = process.argv.slice(2);

/** RGB in [0, 1]: the waves of common.py. */
function picture(height: number, width: number): Image {
  const data = Float32Array.from({ length: 3 * height * width }, (_, i) => {
    const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    const waves = Math.sin(0.11 * x * (c + 1) + 0.05 * y) + Math.sin(0.17 * y - 0.03 * x * c);
    return 0.5 + (waves + Math.sin(0.002 * x * y + c)) / 6;
  });
  return image({ width, height }, data);
}

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? NaN))), 0);
}

if (detectorNames.includes(name)) {
  await using theirs = await loadDetector(exported);
  await using ours = await loadDetector(name, { weights });
  for (const [height, width] of [
    [160, 224],
    [203, 131],
  ] as const) {
    const [a, b] = [picture(height, width), { score: 0.06 }];
    const [found, expected] = [await theirs.detect(a, b), await ours.detect(a, b)];
    const boxes = largest(
      found.flatMap(({ box }) => box),
      expected.flatMap(({ box }) => box),
    );
    console.log(
      `${height}×${width}: ${found.length} and ${expected.length} detections, boxes differ by ${boxes} pixels`,
    );
  }
} else if (segmenterNames.includes(name)) {
  await using theirs = await loadSegmenter(exported);
  await using ours = await loadSegmenter(name, { weights });
  for (const [height, width] of [
    [101, 75],
    [64, 96],
  ] as const) {
    const [found, expected] = [
      await theirs.segment(picture(height, width)),
      await ours.segment(picture(height, width)),
    ];
    const [a, b] = [found.probabilities?.data ?? [], expected.probabilities?.data ?? []];
    console.log(`${height}×${width}: ${a.length} probabilities differ by ${largest(a, b).toExponential(1)}`);
  }
} else {
  await using theirs = await loadClassifier(exported);
  await using ours = await loadClassifier(name, { weights });
  const seen = picture(224, 224);
  for (const layer of ['relu1_1', 'relu3_1', 'relu5_4', 'prob']) {
    const [a, b] = [await theirs.features(seen, [layer]), await ours.features(seen, [layer])];
    const [found, expected] = [
      Array.from(a[layer]?.data ?? [], Number),
      Array.from(b[layer]?.data ?? [], Number),
    ];
    console.log(
      `${layer}: ${found.length} values differ by ${(
        largest(found, expected) /
        largest(
          expected,
          expected.map(() => 0),
        )
      ).toExponential(1)}`,
    );
  }
}
