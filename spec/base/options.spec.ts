import { expect } from 'chai';

import { count, expectedOf, number, type OptionTable, seed } from '../../lib/base/option-table.js';

/** All option tables of the library. */
const tables: Readonly<Record<string, OptionTable>> = {
  dream: await import('../../lib/tasks/dream/options.js').then(({ dreamOptions }) => dreamOptions),
  zoom: await import('../../lib/tasks/dream/options.js').then(({ zoomOptions }) => zoomOptions),
  style: await import('../../lib/tasks/style/options.js').then(({ styleOptions }) => styleOptions),
  explain: await import('../../lib/tasks/explain/explainer.js').then(({ explainOptions }) => explainOptions),
  fit: await import('../../lib/train/fit/options.js').then(({ fitOptions }) => fitOptions),
  unet: await import('../../lib/train/segmentation/unet.js').then(({ trainUNetOptions }) => trainUNetOptions),
  detect: await import('../../lib/networks/detector/detector.js').then(({ detectOptions }) => detectOptions),
  detectEach: await import('../../lib/tasks/detect/detect.js').then(
    ({ detectEachOptions }) => detectEachOptions,
  ),
  classifyEach: await import('../../lib/tasks/classify/classify.js').then(
    ({ classifyEachOptions }) => classifyEachOptions,
  ),
  tiling: await import('../../lib/networks/segmenter/tiling.js').then(({ tilingOptions }) => tilingOptions),
  window: await import('../../lib/tasks/segment/sliding-window.js').then(
    ({ slidingWindowOptions }) => slidingWindowOptions,
  ),
};

describe('options', () => {
  it('name the limit if a count is out of range', () => {
    for (const [name, table] of Object.entries(tables))
      for (const [key, option] of Object.entries(table)) {
        if (option.kind !== 'number' || option.integer !== true || key === 'seed') continue;
        expect(expectedOf(option, 1e9), `${name}.${key}`).to.match(/^a whole number from \d+ to \d+$/);
      }
  });

  it('accept only finite numbers, and only safe integers for integer options', () => {
    for (const value of [Infinity, -Infinity, NaN])
      expect(expectedOf(number(1, ''), value)).to.equal('a number');
    expect(expectedOf(count(1, ''), 1.5)).to.equal('a whole number from 1 to 1000000');
    expect(expectedOf(number(1, '', { integer: true }), 2 ** 60)).to.equal('a whole number');
    for (const value of [-7, 0, 123456789012]) expect(expectedOf(seed(0, ''), value)).to.equal(null);
    expect(expectedOf(seed(0, ''), 1e300)).to.equal('a whole number');
  });
});
