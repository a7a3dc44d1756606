import { parseXml, XmlElement } from '@rgrove/parse-xml';

import { check } from '../../base/check-arguments.js';
import { messageOf, OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { CocoBox, ImageEntry, Truth } from '../detection/tables.js';
import { naming, truthBuilder } from './builders.js';
import type { PascalFile } from './pascal.js';
import { checkTruthUnits } from './units.js';

/**
 * The objects of a folder of Pascal VOC's XML files, one file per image. `difficult` objects need not be found;
 * `truncated` objects are ordinary, as in Pascal's protocol. Boxes are two corners in whole pixels, both included: a
 * box of one pixel has width 0 here, and `pixels: 'inclusive'` adds the missing pixel. The classes are those that occur
 * in the files.
 * @throws OneirosError `bad-input`, naming file and object, for XML that is not well-formed or not an annotation, an
 *   object without a name or a box, and inverted or relative boxes
 */
export function vocTruth(files: readonly PascalFile[]): Truth {
  check('vocTruth', { files: [files, kind.objects] });
  const builder = truthBuilder();
  const classes = new Set<string>();
  const beyond: string[] = [];
  for (const { image, text } of files) {
    const annotation = naming(image, () => rootOf(text));
    const entry: ImageEntry = { id: image, ...naming(image, () => sizeOf(annotation)) };
    builder.addImage(entry);
    for (const [i, element] of childrenOf(annotation, 'object').entries()) {
      const at = `${image}, object ${i + 1}`;
      const object = naming(at, () => objectOf(element));
      if (!classes.has(object.category)) builder.addCategory({ id: object.category, name: object.category });
      classes.add(object.category);
      if (reachesBeyond(object.shape, entry)) beyond.push(at);
      builder.addAnnotation({ id: at, image, ...object }, at);
    }
  }
  const truth = builder.build();
  checkTruthUnits(truth, '');
  const note = `${beyond.length} of ${truth.count} boxes extend beyond the size stated in their file, the first in ${beyond[0]}`;
  return beyond.length === 0 ? truth : { ...truth, notes: [...truth.notes, note] };
}

interface VocObject {
  readonly category: string;
  readonly shape: CocoBox;
  readonly ignore: boolean;
}

function objectOf(element: XmlElement): VocObject {
  const category = textOf(onlyChild(element, 'name'));
  if (category === '') throw new OneirosError('bad-input', 'its <name> is empty');
  const box = onlyChild(element, 'bndbox');
  const [left, top, right, bottom] = [
    numberOf(box, 'xmin'),
    numberOf(box, 'ymin'),
    numberOf(box, 'xmax'),
    numberOf(box, 'ymax'),
  ];
  if (right < left || bottom < top)
    throw new OneirosError(
      'bad-input',
      `its box is inverted: (${left}, ${top}) to (${right}, ${bottom}), xmin to xmax and ymin to ymax`,
    );
  return {
    category,
    shape: [left, top, right - left, bottom - top],
    ignore: isSet(element, 'difficult'),
  };
}

/** The stated size; many tools write 0 for an unknown size. */
function sizeOf(annotation: XmlElement): { readonly width?: number; readonly height?: number } {
  const size = childrenOf(annotation, 'size')[0];
  if (size === undefined) return {};
  const [width, height] = [numberOf(size, 'width'), numberOf(size, 'height')];
  if (width < 0 || height < 0 || !Number.isInteger(width + height))
    throw new OneirosError('bad-input', `its <size> is ${width}×${height}: expected whole numbers`);
  return width > 0 && height > 0 ? { width, height } : {};
}

function reachesBeyond([x, y, width, height]: CocoBox, size: ImageEntry): boolean {
  if (size.width === undefined || size.height === undefined) return false;
  return x < 0 || y < 0 || x + width > size.width || y + height > size.height;
}

function rootOf(text: string): XmlElement {
  const root = wellFormed(text);
  if (root?.name === 'annotation') return root;
  throw new OneirosError(
    'bad-input',
    `it is not a Pascal VOC annotation: its root is <${root?.name ?? ''}>, expected <annotation>`,
  );
}

/** The parser expands only XML's five predefined entities, so entity expansion attacks are impossible. */
function wellFormed(text: string): XmlElement | null {
  try {
    return parseXml(text).root;
  } catch (error) {
    const [reason = ''] = messageOf(error).split(' (line', 1);
    throw new OneirosError('bad-input', `its XML is not well-formed: ${reason}`, { cause: error });
  }
}

function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement => child instanceof XmlElement && child.name === name,
  );
}

function onlyChild(element: XmlElement, name: string): XmlElement {
  const [child, ...others] = childrenOf(element, name);
  if (child !== undefined && others.length === 0) return child;
  throw new OneirosError(
    'bad-input',
    `it has ${child === undefined ? 'no' : others.length + 1} <${name}>: expected one`,
  );
}

function textOf(element: XmlElement): string {
  return element.text.trim().replace(/\s+/g, ' ');
}

function numberOf(element: XmlElement, name: string): number {
  const text = textOf(onlyChild(element, name));
  const value = text === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new OneirosError('bad-input', `its <${name}> is ${JSON.stringify(text)}: expected a number`);
}

function isSet(element: XmlElement, name: string): boolean {
  if (childrenOf(element, name).length === 0) return false;
  const text = textOf(onlyChild(element, name));
  if (text === '0' || text === '1') return text === '1';
  throw new OneirosError('bad-input', `its <${name}> is ${JSON.stringify(text)}: expected 0 or 1`);
}
