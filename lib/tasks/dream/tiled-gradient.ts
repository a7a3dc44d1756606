import { gradientName } from '../../autodiff/names.js';
import { OneirosError } from '../../base/errors.js';
import { crop } from '../../image/geometry/crop.js';
import { paste } from '../../image/geometry/paste.js';
import { type Image, type Planes, planes, planesFromTensor, toTensor } from '../../image/image.js';
import type { Session } from '../../runtime/types.js';
import { float32Of, numberOf } from '../../tensor/results.js';
import { tilesOf } from './tiles.js';

/** A dream's gradient model, as a session that may only be given so much at once. */
export interface GradientSession {
  /** Takes the image; returns `objective` and the image's gradient. */
  readonly session: Session;
  /** Name of the image input. */
  readonly input: string;
  /** Largest side of what is computed at once, in pixels. */
  readonly tile: number;
}

/** The mean of an objective over a picture, and its gradient. */
export interface PictureGradient {
  readonly objective: number;
  readonly gradient: Planes<3>;
}

/**
 * The gradient of a whole picture, tile by tile, so that the memory is that of one tile. Across a seam the network sees
 * nothing of the other side: whoever takes many steps shifts the picture between them, so that no seam stays.
 */
export async function pictureGradient(field: GradientSession, picture: Image): Promise<PictureGradient> {
  const gradient = planes(3, picture);
  let objective = 0;
  for (const tile of tilesOf(picture, field.tile)) {
    const part = await tileGradient(field, crop(picture, tile));
    // Objectives are means over a tile; all tiles together make the mean over the picture.
    const share = (tile.width * tile.height) / (picture.width * picture.height);
    objective += share * part.objective;
    paste(gradient, part.gradient, tile.x, tile.y, share);
  }
  if (!Number.isFinite(objective))
    throw new OneirosError(
      'runtime',
      `the objective is ${objective}: look for NaN or huge numbers in the weights`,
    );
  return { objective, gradient };
}

async function tileGradient({ session, input }: GradientSession, tile: Image): Promise<PictureGradient> {
  const results = await session.run({ [input]: toTensor(tile) }, { transfer: true });
  const { data } = planesFromTensor(float32Of(results, gradientName(input)));
  return { objective: numberOf(results, 'objective'), gradient: planes(3, tile, data) };
}
