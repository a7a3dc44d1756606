import { expect } from 'chai';

import { decodeImage } from '../../lib/image/codec/decode-encode.js';
import { imageHeader } from '../../lib/image/codec/formats.js';
import { expectClose } from './expect.js';
import { picturesInNode as pictures } from './pictures.js';

describe('decodeImage, for all kinds of picture files', () => {
  for (const { name, file, width, height, levels, tolerance } of pictures)
    it(`reads ${name} like Pillow`, async () => {
      const picture = await decodeImage(file);
      expect([picture.width, picture.height]).to.deep.equal([width, height]);
      expectClose(
        picture.data.map((value) => value * 255),
        levels,
        tolerance,
      );
      const stated = imageHeader(file);
      expect([stated.width, stated.height].sort()).to.deep.equal([width, height].sort());
    });
});
