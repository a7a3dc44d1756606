import { gradientName } from '../../autodiff/names.js';
import { OneirosError } from '../../base/errors.js';
import { crop } from '../../image/geometry/crop.js';
import { paste } from '../../image/geometry/paste.js';
import { type Image, type Planes, planes, planesFromTensor, toTensor } from '../../image/image.js';
import type { Session } from '../../runtime/types.js';
import { float32Of, numberOf } from '../../tensor/results.js';
import { tilesOf } from './tiles.js';

/** A session of a dream's gradient model, with the size that it may compute at once. */
export interface GradientSession {
  /** Input: the image; outputs: `objective` and the image's gradient. */
  readonly session: Session;
  /** Name of the image input. */
  readonly input: string;
  /** Largest side of a tile, in pixels. */
  readonly tile: number;
}

/** The mean of an objective over a picture, and its gradient. */
export interface PictureGradient {
  readonly objective: number;
  readonly gradient: Planes<3>;
}

/**
 * The gradient of a whole picture, computed tile by tile to save memory. A tile's gradient does not depend on its
 * neighbors, so callers shift the picture between steps to avoid visible seams.
 */
export async function pictureGradient(gradients: GradientSession, picture: Image): Promise<PictureGradient> {
  const gradient = planes(3, picture);
  let objective = 0;
  for (const tile of tilesOf(picture, gradients.tile)) {
    const part = await tileGradient(gradients, crop(picture, tile));
    // The objective of a tile is a mean over the tile; weighted by area, the sum is the mean over the picture.
    const share = (tile.width * tile.height) / (picture.width * picture.height);
    objective += share * part.objective;
    paste(gradient, part.gradient, tile.x, tile.y, share);
  }
  if (!Number.isFinite(objective))
    throw new OneirosError(
      'runtime',
      `the objective is ${objective}: check the weights for NaN or huge numbers`,
    );
  return { objective, gradient };
}

async function tileGradient({ session, input }: GradientSession, tile: Image): Promise<PictureGradient> {
  const results = await session.run({ [input]: toTensor(tile) }, { transfer: true });
  const { data } = planesFromTensor(float32Of(results, gradientName(input)));
  return { objective: numberOf(results, 'objective'), gradient: planes(3, tile, data) };
}
