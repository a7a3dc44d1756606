import { expect } from 'chai';

import { planes } from '../../../lib/image/image.js';
import { labelPicture } from '../../../lib/labels/label-picture.js';
import { type Mask, mask } from '../../../lib/metrics/masks/mask.js';
import { areaOf, asOnePolygon, boxOf, regionsOf } from '../../../lib/metrics/masks/outline.js';
import { polygonToRle } from '../../../lib/metrics/masks/polygon.js';
import { decodeRle, encodeRle } from '../../../lib/metrics/masks/rle.js';
import { rleFromString } from '../../../lib/metrics/masks/rle-string.js';
import { maskOfClass, SegmentationBuilder } from '../../../lib/networks/segmenter/segmentation.js';
import { colorOfClass, foregroundPicture, overlay } from '../../../lib/tasks/draw/segmentation.js';
import { cocoMasks } from '../../../lib/tasks/segment/coco-masks.js';
import { random } from '../../../lib/tensor/random.js';

function drawn(...rows: readonly string[]): Mask {
  const text = rows.join('');
  return mask(
    { width: rows[0]!.length, height: rows.length },
    Uint8Array.from(text, (character) => (character === '#' ? 1 : 0)),
  );
}

/** The mask of all regions, filled in. */
function filled(source: Mask): Uint8Array {
  const result = new Uint8Array(source.data.length);
  for (const region of regionsOf(source)) {
    const part = decodeRle(polygonToRle(asOnePolygon(region), source)).data;
    expect(part.reduce((sum, value) => sum + value, 0)).to.equal(areaOf(region));
    part.forEach((value, i) => (result[i]! += value));
  }
  return result;
}

describe('outlines of masks', () => {
  it('have four corners for one pixel', () => {
    const [region] = regionsOf(drawn('...', '.#.', '...'));
    expect(region).to.deep.equal({ outline: [2, 1, 2, 2, 1, 2, 1, 1], holes: [] });
  });

  it('have a hole for a frame, and another region for pixels inside the hole', () => {
    const regions = regionsOf(drawn('#####', '#...#', '#.#.#', '#...#', '#####'));
    expect(regions).to.have.length(2);
    expect(regions[0]).to.deep.equal({
      outline: [5, 0, 5, 5, 0, 5, 0, 0],
      holes: [[4, 4, 4, 1, 1, 1, 1, 4]],
    });
    expect(regions.map(areaOf)).to.deep.equal([16, 1]);
    expect(regions.map(boxOf)).to.deep.equal([
      [0, 0, 5, 5],
      [2, 2, 1, 1],
    ]);
  });

  it('separate pixels that touch at a corner', () => {
    expect(regionsOf(drawn('#.', '.#'))).to.have.length(2);
  });

  it('are empty for an empty mask', () => {
    expect(regionsOf(drawn('..', '..'))).to.deep.equal([]);
  });

  it('give the mask again when filled in', () => {
    const stream = random(5);
    for (const [width, height, share] of [
      [1, 7, 0.5],
      [9, 1, 0.5],
      [12, 11, 0.3],
      [13, 10, 0.6],
      [40, 37, 0.5],
      [25, 25, 0.9],
    ] as const) {
      const data = Uint8Array.from({ length: width * height }, () => (stream.uniform() < share ? 1 : 0));
      expect(filled(mask({ width, height }, data))).to.deep.equal(data);
    }
  });
});

describe('segmentation', () => {
  const size = { width: 2, height: 2 };
  const names = ['background', 'a', 'b'];

  function segmentation(threshold = 0.5) {
    const builder = new SegmentationBuilder(size, names, { exclusive: false, threshold }, true);
    builder.add(planes(2, { width: 2, height: 1 }, Float32Array.of(0.9, 0.2, 0.3, 0.1)), 0);
    builder.add(planes(2, { width: 2, height: 1 }, Float32Array.of(0.4, 0.6, 0.45, 0.7)), 1);
    return builder.finish();
  }

  it('of independent classes chooses the most probable above the threshold, otherwise the background', () => {
    const { labels, classes, probabilities } = segmentation();
    expect([...labels]).to.deep.equal([1, 0, 0, 2]);
    expect(classes).to.deep.equal([
      { name: 'background', value: 0, pixels: 2, fraction: 0.5 },
      { name: 'a', value: 1, pixels: 1, fraction: 0.25 },
      { name: 'b', value: 2, pixels: 1, fraction: 0.25 },
    ]);
    expect(Array.from(probabilities!.data, (p) => Number(p.toFixed(2)))).to.deep.equal([
      0.1, 0.8, 0.55, 0.3, 0.9, 0.2, 0.4, 0.6, 0.3, 0.1, 0.45, 0.7,
    ]);
  });

  it('gives less background with a lower threshold', () => {
    expect([...segmentation(0.4).labels]).to.deep.equal([1, 0, 2, 2]);
  });

  it('of three exclusive classes chooses the most probable; of two the threshold decides', () => {
    const three = new SegmentationBuilder(
      { width: 1, height: 1 },
      names,
      { exclusive: true, threshold: 0.5 },
      false,
    );
    three.add(planes(3, { width: 1, height: 1 }, Float32Array.of(0.3, 0.4, 0.3)), 0);
    expect([...three.finish().labels]).to.deep.equal([1]);
    const two = new SegmentationBuilder(
      { width: 2, height: 1 },
      ['no', 'yes'],
      { exclusive: true, threshold: 0.2 },
      false,
    );
    two.add(planes(2, { width: 2, height: 1 }, Float32Array.of(0.7, 0.9, 0.3, 0.1)), 0);
    expect([...two.finish().labels]).to.deep.equal([1, 0]);
  });

  it('converts to COCO’s run lengths of a class, or polygons of its parts', () => {
    const found = segmentation();
    const [a, b] = cocoMasks(found, 'rle');
    expect(a).to.include({ category_id: 1, area: 1, iscrowd: 0 });
    expect(a!.bbox).to.deep.equal([0, 0, 1, 1]);
    if (!('counts' in b!.segmentation)) return expect.fail('no run lengths');
    expect(b!.segmentation.size).to.deep.equal([2, 2]);
    expect(rleFromString(size, b!.segmentation.counts)).to.deep.equal(encodeRle(maskOfClass(found, 2)));
    expect(cocoMasks(found, 'polygons').map(({ segmentation: parts }) => parts)).to.deep.equal([
      [[1, 0, 1, 1, 0, 1, 0, 0]],
      [[2, 1, 2, 2, 1, 2, 1, 1]],
    ]);
  });

  it('gives pictures: an overlay, the labels, the foreground', () => {
    const found = segmentation();
    const picture = planes(3, size, new Float32Array(12).fill(1));
    const laid = overlay(picture, found, { opacity: 1 });
    const at = (i: number) => [0, 1, 2].map((c) => Number(laid.data[c * 4 + i]!.toFixed(4)));
    expect(at(0)).to.deep.equal([...colorOfClass(1)]);
    expect(at(1)).to.deep.equal([1, 1, 1]);
    expect(at(3)).to.deep.equal([...colorOfClass(2)]);
    expect(Array.from(labelPicture(found).data.subarray(0, 4), (v) => Math.round(v * 255))).to.deep.equal([
      1, 0, 0, 2,
    ]);
    expect(foregroundPicture(found.probabilities!).data[3]).to.be.closeTo(0.7, 1e-6);
  });

  it('has a different color for each class', () => {
    const colors = new Set(
      Array.from({ length: 40 }, (_, i) =>
        colorOfClass(i)
          .map((c) => c.toFixed(2))
          .join(),
      ),
    );
    expect(colors.size).to.equal(40);
  });
});
