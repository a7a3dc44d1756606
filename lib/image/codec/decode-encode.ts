import { codec } from '#codec';
import { check } from '../../base/check-arguments.js';
import { kind, oneOf } from '../../base/kinds.js';
import type { ImageFiles } from './formats.js';
import { decodeKinds, encodeKinds } from './options.js';

/** The functions for picture files with this platform's codec. Loaded when first needed. */
async function files(): Promise<ImageFiles> {
  const { imageFiles } = await import('./formats.js');
  return imageFiles(codec);
}

/** See {@link ImageFiles.decodeImage}. */
export const decodeImage: ImageFiles['decodeImage'] = async (bytes, options) => {
  check('decodeImage', { bytes: [bytes, kind.bytes] }, options, decodeKinds);
  return (await files()).decodeImage(bytes, options);
};

/** See {@link ImageFiles.encodeImage}. */
export const encodeImage: ImageFiles['encodeImage'] = async (picture, format, options) => {
  const given = { picture: [picture, kind.image], format: [format, oneOf('png', 'jpeg')] } as const;
  check('encodeImage', given, options, encodeKinds);
  return (await files()).encodeImage(picture, format, options);
};
