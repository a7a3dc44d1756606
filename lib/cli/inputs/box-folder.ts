import { extname } from 'node:path';

import { OneirosError } from '../../base/errors.js';
import { readImage } from '../../image/codec/read-write.js';
import type { Size } from '../../image/image.js';
import type { Detections, Truth } from '../../metrics/detection/tables.js';
import {
  type PascalDetectionOptions,
  pascalDetections,
  type PascalFile,
  pascalTruth,
} from '../../metrics/io/pascal.js';
import type { PascalForm } from '../../metrics/io/pascal-box.js';
import { vocTruth } from '../../metrics/io/voc-xml.js';
import type { Terminal } from '../terminal/terminal.js';
import { pictureEndings } from './each-picture.js';
import { about, filesIn, fileText } from './input-files.js';

export interface BoxFolderFlags {
  /** @default `xywh`; with a truth in Pascal's XML, `xyxy`, its own form */
  readonly boxes?: PascalForm | undefined;
  readonly units: 'pixels' | 'relative' | 'auto';
  readonly score: NonNullable<PascalDetectionOptions['scoreAt']>;
  /** The folder of the pictures, for their sizes. */
  readonly pictures?: string | undefined;
}

export interface BoxTables {
  readonly truth: Truth;
  readonly detections: Detections;
}

/**
 * Reads folders with one file per picture: the truth as Pascal's XML or as text, the detections as text.
 * @throws OneirosError as {@link pascalTruth}, {@link pascalDetections} and {@link vocTruth} do
 */
export async function readBoxFolders(
  gt: string,
  dt: string,
  flags: BoxFolderFlags,
  terminal: Terminal,
): Promise<BoxTables> {
  const isXml = await holdsXml(gt);
  const units = flags.units === 'auto' ? undefined : flags.units;
  const form = flags.boxes ?? (isXml ? 'xyxy' : undefined);
  if (isXml && flags.boxes === undefined)
    terminal.say("reading the detections' boxes as two corners, like those of the truth's XML (--boxes)");
  const files = await textsOf(gt, isXml ? '.xml' : '.txt');
  const sizes = flags.pictures === undefined ? undefined : await sizesOf(flags.pictures, files);
  const truth = await about(gt, () => (isXml ? vocTruth(files) : pascalTruth(files, { form, units, sizes })));
  const found = await textsOf(dt, '.txt');
  const detections = await about(dt, () =>
    pascalDetections(found, truth, { form, units, scoreAt: flags.score }),
  );
  return { truth, detections };
}

async function holdsXml(folder: string): Promise<boolean> {
  const files = await filesIn(folder, ['.txt', '.xml']);
  const xml = files.find(({ path }) => extname(path).toLowerCase() === '.xml');
  const text = files.find(({ path }) => extname(path).toLowerCase() === '.txt');
  if (xml && text)
    throw new OneirosError(
      'bad-input',
      `the truth must be all XML or all text, but there are both ${JSON.stringify(xml.path)} and ${JSON.stringify(text.path)}: keep one kind`,
    );
  return xml !== undefined;
}

async function textsOf(folder: string, ending: string): Promise<PascalFile[]> {
  const files: PascalFile[] = [];
  for (const { name, path } of await filesIn(folder, [ending]))
    files.push({ image: name, text: await fileText(path) });
  return files;
}

/** The sizes of those pictures of a folder that have a file of boxes. */
async function sizesOf(folder: string, files: readonly PascalFile[]): Promise<ReadonlyMap<string, Size>> {
  const wanted = new Set(files.map(({ image }) => image));
  const sizes = new Map<string, Size>();
  for (const { name, path } of await filesIn(folder, pictureEndings)) {
    if (!wanted.has(name)) continue;
    if (sizes.has(name))
      throw new OneirosError(
        'bad-input',
        `${folder} has several pictures called ${JSON.stringify(name)}: keep one`,
      );
    const { width, height } = await readImage(path);
    sizes.set(name, { width, height });
  }
  return sizes;
}
