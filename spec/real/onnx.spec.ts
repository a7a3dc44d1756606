import { existsSync, readdirSync, readFileSync } from 'node:fs';

import { decodeModel } from '../../lib/onnx/codec/read.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { normalizeOpset } from '../../lib/onnx/opset/normalize-opset.js';
import { simplifyModel } from '../../lib/onnx/passes/simplify.js';
import { random } from '../../lib/tensor/random.js';
import { expectClose, feedsFor, run } from '../onnx/run.js';

const folder = new URL('../../../shared/models/', import.meta.url);

/** The size for symbolic axes except the batch: large enough for reflection padding at every scale. */
const openSize = 32;

describe('published models give the same results', () => {
  if (!existsSync(folder)) {
    it(`SKIPPED: ${folder.pathname} is missing`);
    return;
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.onnx'));
  for (const file of files)
    it(`${file}: written and read again, at operator set 17, and simplified`, async () => {
      const model = decodeModel(readFileSync(new URL(file, folder)));
      const normal = normalizeOpset(model);
      const versions = [decodeModel(encodeModel(model)), normal, simplifyModel(normal)];
      const feeds = feedsFor(model, random(1), (_, axis) => (axis === 0 ? 1 : openSize));
      const expected = await run(model, feeds);
      for (const version of versions) {
        const got = await run(version, feeds);
        for (const [name, result] of expected) expectClose(got.get(name), result, name, 1e-5);
      }
    });
});
