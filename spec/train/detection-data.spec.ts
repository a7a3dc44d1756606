import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

import { writeImage } from '../../lib/image/codec/read-write.js';
import { type Image, image, plane, solid } from '../../lib/image/image.js';
import type { Box } from '../../lib/networks/detector/detector.js';
import { random } from '../../lib/tensor/random.js';
import { augmentDetection, type LabeledPicture } from '../../lib/train/detection/augment.js';
import { detectionData } from '../../lib/train/detection/data.js';

/** A dark picture with a white rectangle and its box. */
function withRectangle([x0, y0, x1, y1]: Box, width = 40, height = 30): LabeledPicture {
  const picture = image({ width, height });
  for (let c = 0; c < 3; c++)
    for (let y = y0; y < y1; y++) plane(picture, c).fill(1, y * width + x0, y * width + x1);
  return { picture, boxes: [[x0, y0, x1, y1]], labels: [2] };
}

/** The box around the white pixels. */
function whiteBox(picture: Image): Box {
  const [xs, ys]: [number[], number[]] = [[], []];
  plane(picture, 0).forEach((value, i) => {
    if (value < 0.75) return;
    xs.push(i % picture.width);
    ys.push(Math.floor(i / picture.width));
  });
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
}

describe('Augmentation of a detector’s pictures', () => {
  const example = withRectangle([4, 6, 20, 12]);

  it('mirrors boxes with their picture', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const { picture, boxes } = augmentDetection(example, random(seed), { vertical: true, color: 0 });
      expect(boxes).to.deep.equal([whiteBox(picture)]);
      seen.add(boxes.join());
    }
    expect([...seen].sort()).to.deep.equal(['20,18,36,24', '20,6,36,12', '4,18,20,24', '4,6,20,12']);
  });
  it('places pictures on a canvas, and clips boxes at its edges', () => {
    const canvas = { width: 32, height: 32 };
    for (let seed = 0; seed < 30; seed++) {
      const { picture, boxes } = augmentDetection(example, random(seed), {
        canvas,
        scale: [0.8, 2.5],
        stretch: 0.3,
        color: 0,
      });
      expect([picture.width, picture.height]).to.deep.equal([32, 32]);
      const white = whiteBox(picture);
      expect(boxes).to.have.length(1);
      boxes[0]!.forEach((edge, i) => expect(edge, `seed ${seed}`).to.be.closeTo(white[i]!, 1.5));
    }
  });
  it('keeps at least one object in the picture', () => {
    const corner = withRectangle([0, 0, 8, 8], 64, 64);
    for (let seed = 0; seed < 20; seed++) {
      const canvas = { width: 64, height: 64 };
      expect(augmentDetection(corner, random(seed), { canvas, scale: [4, 4] }).boxes).to.have.length(1);
    }
  });
  it('changes colors within their range, equally for the same stream', () => {
    const gray = { ...example, picture: solid({ width: 4, height: 4 }, [0.5, 0.5, 0.5]) };
    const [first, again, other] = [7, 7, 8].map((seed) =>
      augmentDetection(gray, random(seed), { horizontal: false, color: 0.3 }),
    );
    expect(first!.picture.data).to.deep.equal(again!.picture.data);
    expect(first!.picture.data).not.to.deep.equal(other!.picture.data);
    for (const value of first!.picture.data) expect(value).to.be.within(0.5 - 0.4, 0.5 + 0.4);
  });
});

describe('Pictures with COCO annotations to train a detector on', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'detection-data-'));
    await mkdir(join(folder, 'images'));
    await writeImage(join(folder, 'images', 'a.png'), withRectangle([4, 6, 20, 12]).picture);
    await writeFile(join(folder, 'images', 'broken.png'), 'no picture');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (images: readonly object[], annotations: readonly object[]) => {
    const path = join(folder, 'annotations.json');
    await writeFile(path, JSON.stringify({ images, annotations, categories: [] }));
    return path;
  };
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: unknown) => String(error),
    );
  const object = { id: 1, image_id: 1, category_id: 3, bbox: [4, 6, 16, 6] };
  const picture = { id: 1, file_name: 'a.png' };
  const size = { width: 20, height: 20 };

  it('are feeds of the losses', async () => {
    const crowd = { ...object, iscrowd: 1 };
    const path = await write([picture], [object, { ...crowd, id: 2 }]);
    const data = await detectionData(path, { size, horizontal: false, color: 0 });
    expect([data.length, data.notes]).to.deep.equal([1, ['left out groups of objects (iscrowd): 1']]);
    const feeds = await data.sample(0, random(1));
    expect(feeds['image']?.dims).to.deep.equal([1, 3, 15, 20]);
    expect(feeds['target_boxes']?.dims).to.deep.equal([1, 4]);
    expect([...feeds['target_boxes']!.data].map(Number)).to.deep.equal([2, 3, 10, 6]);
    expect([...feeds['target_labels']!.data]).to.deep.equal([3n]);
    expect(feeds['seed']?.dims).to.deep.equal([1]);
  });
  it('may have no objects, as examples of background', async () => {
    await writeImage(join(folder, 'images', 'empty.png'), solid({ width: 40, height: 30 }, [0, 0, 0]));
    const path = await write([{ id: 2, file_name: 'empty.png' }, picture], [object]);
    const data = await detectionData(path, { size, canvas: size, scale: [0.5, 3] });
    expect([data.length, data.notes]).to.deep.equal([2, []]);
    for (let seed = 0; seed < 20; seed++) {
      const feeds = await data.sample(0, random(seed));
      expect(feeds['target_boxes']?.dims).to.deep.equal([0, 4]);
      expect(feeds['target_labels']?.dims).to.deep.equal([0]);
    }
  });
  it('have their boxes clipped at their edges; boxes without area or outside are counted', async () => {
    await writeImage(join(folder, 'images', 'b.png'), withRectangle([4, 6, 20, 12]).picture);
    const boxes = [
      [30, 20, 100, 100],
      [4, 6, 0, 6],
      [20, 12, -16, -6],
      [700, 700, 20, 20],
    ].map((bbox, i) => ({ ...object, id: 10 + i, bbox }));
    const other = { ...object, id: 2, image_id: 2, bbox: [50, 50, 5, 5] };
    const path = await write(
      [picture, { id: 2, file_name: 'b.png' }],
      [...boxes, other, { ...object, id: 3, image_id: 9 }],
    );
    const data = await detectionData(path, { size, horizontal: false, color: 0 });
    expect(data.notes).to.deep.equal([
      'left out boxes without width or height: 2',
      'left out annotations of images that are not listed: 1',
      'left out boxes outside of their pictures: 2',
      'left out pictures whose objects are all left out: 1',
    ]);
    expect(data.length).to.equal(1);
    const feeds = await data.sample(0, random(1));
    expect([...feeds['target_boxes']!.data].map(Number)).to.deep.equal([15, 10, 20, 15]);
  });
  it('are left out if they cannot be read and `onUnreadable` is given', async () => {
    const path = await write(
      [picture, { id: 2, file_name: 'broken.png' }],
      [object, { ...object, id: 2, image_id: 2 }],
    );
    const told: string[] = [];
    const data = await detectionData(path, { size, onUnreadable: ({ message }) => told.push(message) });
    expect(data.length).to.equal(1);
    expect(told.join()).to.contain('broken.png');
    expect(await refusal(detectionData(path, { size }))).to.contain('broken.png');
  });
  it('are refused outside of their folder, or with invalid annotations', async () => {
    const message = async (images: object, annotation: object) =>
      refusal(detectionData(await write([images], [annotation]), { size }));
    expect(await message({ id: 1, file_name: '../../etc/passwd' }, object)).to.contain('outside its folder');
    expect(await message(picture, { ...object, bbox: [1, 2, 3] })).to.contain('four numbers');
    expect(await message(picture, { ...object, category_id: 0 })).to.contain('a whole number ≥ 1');
    expect(await message(picture, { ...object, image_id: 5 })).to.contain('no objects');
    expect(await message(picture, { ...object, image_id: '1' })).to.contain('no image "1", but there is 1');
    expect(await message({ ...picture, width: 30, height: 40 }, object)).to.contain('40×30 pixels, but');
    const both = async (images: readonly object[], annotations: readonly object[]) =>
      refusal(detectionData(await write(images, annotations), { size }));
    expect(await both([picture, { id: 1, file_name: 'b.png' }], [object])).to.contain('the image 1 twice');
    expect(await both([picture, { ...picture, id: 2 }], [object])).to.contain('the file "a.png" twice');
    expect(await both([picture], [object, object])).to.contain('the annotation 1 twice');
  });
});
