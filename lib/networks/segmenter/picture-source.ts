import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { crop, type Rectangle } from '../../image/geometry/crop.js';
import type { Image, Size } from '../../image/image.js';

/** A picture that is read in parts, so that it may be larger than memory. */
export interface PictureSource extends Size {
  /** Reads the part inside a rectangle, which must be within the picture. */
  read(rectangle: Rectangle): Promise<Image>;
}

/** A picture in memory as a source. A source is returned unchanged. */
export function pictureSource(picture: Image | PictureSource): PictureSource {
  check('pictureSource', { picture: [picture, kind.pictureSource] });
  if ('read' in picture) return picture;
  const { width, height } = picture;
  return { width, height, read: (rectangle) => Promise.resolve(crop(picture, rectangle)) };
}
