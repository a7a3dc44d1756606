// The pictures for the training of vgg19-slim, and the held-out ones for its evaluation.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { readImage } from '../../../lib/image/codec/read-write.js';
import { flip } from '../../../lib/image/geometry/flip.js';
import { resize, scaledSize } from '../../../lib/image/geometry/resize.js';
import { type Image, image } from '../../../lib/image/image.js';
import type { Random } from '../../../lib/tensor/random.js';

/** Pictures are reduced so that their shorter side has at most this many pixels. */
const shorterSide = 288;

/** Truncated files, which are skipped. */
const damaged = new Set(['kangaroo-1090.jpg']);

/** A picture in 8 bits, planar RGB. */
export interface StoredPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface PictureFiles {
  readonly train: readonly string[];
  readonly heldOut: readonly string[];
}

/**
 * The files in the folder of shared data. Held out are every tenth picture of the ImageNet sample and the validation
 * part of COCO. Of the blood cells, which look alike, every fourth picture is used.
 */
export async function pictureFiles(shared: string): Promise<PictureFiles> {
  const imagenet = await filesIn(join(shared, 'data/imagenet-sample'));
  const cells = await filesIn(join(shared, 'data/cells/train/images'));
  const others = ['data/coco128/train/images', 'data/animals/train/images', 'images'];
  const all = await Promise.all(others.map((folder) => filesIn(join(shared, folder))));
  return {
    train: [
      ...imagenet.filter((_, i) => i % 10 !== 0),
      ...cells.filter((_, i) => i % 4 === 0),
      ...all.flat(),
    ],
    heldOut: [
      ...imagenet.filter((_, i) => i % 10 === 0),
      ...(await filesIn(join(shared, 'data/coco128/val/images'))),
    ],
  };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /\.(jpe?g|png)$/i.test(name) && !damaged.has(name))
    .sort()
    .map((name) => join(folder, name));
}

export async function loadPicture(path: string): Promise<StoredPicture> {
  const picture = await readImage(path);
  const small = Math.min(picture.width, picture.height) <= shorterSide;
  const { width, height, data } = small
    ? picture
    : resize(picture, scaledSize(picture, shorterSide, 'shorter'));
  return { width, height, data: Uint8Array.from(data, (value) => Math.round(255 * value)) };
}

/** The central square of a picture, this many pixels wide. */
export function middle(picture: StoredPicture, side: number): Image {
  const width = Math.min(picture.width, picture.height);
  const corner = { x: Math.floor((picture.width - width) / 2), y: Math.floor((picture.height - width) / 2) };
  return scaled(square(picture, { ...corner, width }), side);
}

/**
 * A random square of a picture at a random scale, `side` pixels wide: mirrored half of the time, with slightly changed
 * brightness and colors (dreams change them a lot).
 */
export function randomCrop(picture: StoredPicture, side: number, random: Random): Image {
  const most = Math.min(picture.width, picture.height);
  // Uniform in the logarithm of the scale, from details enlarged by √2 to the whole picture.
  const least = Math.min(most, side / Math.SQRT2);
  const width = Math.round(least * (most / least) ** random.uniform());
  const x = random.integer(0, picture.width - width);
  const y = random.integer(0, picture.height - width);
  const part = scaled(square(picture, { x, y, width }), side);
  const turned = random.uniform() < 0.5 ? flip(part, 'horizontal') : part;
  return recolored(image(turned, turned.data), random);
}

interface Square {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function square(picture: StoredPicture, { x, y, width }: Square): Image {
  const part = image({ width, height: width });
  for (let row = 0; row < 3 * width; row++) {
    const channel = Math.floor(row / width);
    const from = (channel * picture.height + y + (row % width)) * picture.width + x;
    for (let i = 0; i < width; i++) part.data[row * width + i] = picture.data[from + i]! / 255;
  }
  return part;
}

function scaled(part: Image, side: number): Image {
  const { data } = resize(part, { width: side, height: side });
  return image({ width: side, height: side }, data);
}

function recolored({ width, height, data }: Image, random: Random): Image {
  const area = width * height;
  const contrast = Math.exp(0.2 * random.normal());
  for (let channel = 0; channel < 3; channel++) {
    const gain = contrast * Math.exp(0.08 * random.normal());
    const shift = 0.5 + 0.06 * random.normal();
    for (let i = channel * area; i < (channel + 1) * area; i++)
      data[i] = Math.min(1, Math.max(0, (data[i]! - 0.5) * gain + shift));
  }
  return image({ width, height }, data);
}
