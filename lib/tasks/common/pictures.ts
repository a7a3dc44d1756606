import { OneirosError } from '../../base/errors.js';
import type { Image } from '../../image/image.js';
import { inBatches } from '../../networks/batches.js';

/**
 * A picture with a key of any type, to recognize its result.
 *
 *     { key: path, image: () => readImage(path) }
 */
export interface Picture<K = unknown, I = Image> {
  readonly key: K;
  /**
   * The picture, or a function that reads it. It is called shortly before the picture is needed; its error concerns
   * only this picture.
   */
  readonly image: I | (() => I | Promise<I>);
}

/** Many pictures, in order. */
export type Pictures<K = unknown, I = Image> = Iterable<Picture<K, I>> | AsyncIterable<Picture<K, I>>;

/** A picture that could not be read or computed, with the error. */
export interface Failed<K, I = Image> {
  readonly key: K;
  /** `null` if it could not be read. */
  readonly image: I | null;
  readonly error: Error;
}

/** A picture with its result. */
export type Computed<K, R extends object, I = Image> = R & {
  readonly key: K;
  readonly image: I;
  readonly error?: undefined;
};

/** The result of one of many pictures, or its error. */
export type Outcome<K, R extends object, I = Image> = Computed<K, R, I> | Failed<K, I>;

interface EachSettings {
  /** The number of pictures computed at once. */
  readonly batch: number;
  /** Whether the next batch may start while one is computed; if not, its pictures are only read meanwhile. */
  readonly overlaps: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Computes many pictures, in order. A picture that cannot be read or computed yields its error and does not affect
 * others: if a batch fails, each of its pictures is computed separately.
 * @param compute returns one result for each picture, in order
 * @throws the signal's reason after an abort; the errors of `pictures`
 */
export function eachOutcome<K, R extends object, I>(
  pictures: Pictures<K, I>,
  { batch, overlaps, signal }: EachSettings,
  compute: (images: readonly I[]) => Promise<readonly R[]>,
): AsyncGenerator<Outcome<K, R, I>, void> {
  let before: Promise<unknown> = Promise.resolve();
  return inBatches(pictures, batch, (group) => {
    const read = group.map(readPicture);
    const turn = overlaps ? Promise.resolve() : before;
    const done = turn.then(async () => computeGroup(await Promise.all(read), compute, signal));
    before = done.catch(() => undefined);
    return done;
  });
}

type Read<K, I> = { readonly key: K; readonly image: I; readonly error?: undefined } | Failed<K, I>;

async function readPicture<K, I>({ key, image }: Picture<K, I>): Promise<Read<K, I>> {
  try {
    return { key, image: isReader(image) ? await image() : image };
  } catch (error) {
    return { key, image: null, error: errorOf(error) };
  }
}

function isReader<I>(image: I | (() => I | Promise<I>)): image is () => I | Promise<I> {
  return typeof image === 'function';
}

async function computeGroup<K, R extends object, I>(
  group: readonly Read<K, I>[],
  compute: (images: readonly I[]) => Promise<readonly R[]>,
  signal: AbortSignal | undefined,
): Promise<readonly Outcome<K, R, I>[]> {
  signal?.throwIfAborted();
  const images = group.flatMap((picture) => (picture.error === undefined ? [picture.image] : []));
  const results = images.length > 1 ? await compute(images).catch(() => null) : null;
  const outcomes: Outcome<K, R, I>[] = [];
  let next = 0;
  for (const picture of group) {
    if (picture.error !== undefined) {
      outcomes.push(picture);
      continue;
    }
    const { key, image } = picture;
    const result = results?.[next++];
    try {
      signal?.throwIfAborted();
      const found = result ?? (await compute([image]))[0];
      if (found === undefined)
        throw new OneirosError('runtime', 'the network returned no result for a picture');
      outcomes.push({ ...found, key, image });
    } catch (error) {
      signal?.throwIfAborted();
      outcomes.push({ key, image, error: errorOf(error) });
    }
  }
  return outcomes;
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
