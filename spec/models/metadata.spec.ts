import { expect } from 'chai';

import { preprocessings } from '../../lib/models/input/preprocessing.js';
import { readNetworkMetadata, valuesFor, writeNetworkMetadata } from '../../lib/models/metadata.js';

describe('network metadata', () => {
  const said = {
    input: preprocessings.caffe,
    classes: ['background', 'cell'],
    values: [0, 255],
    standardizes: true,
    layers: ['image', 'relu1'],
    score: 0.05,
    limit: 100,
  };

  it('is written as text by key, and read back', () => {
    const texts = writeNetworkMetadata(said);
    expect(Object.fromEntries(texts)).to.deep.equal({
      input: 'BGR, 0..255, minus mean (103.939,116.779,123.68)',
      layers: 'image,relu1',
      score: '0.05',
      limit: '100',
      classes: 'background,cell',
      class_values: '[0,255]',
      standardize: 'picture',
    });
    expect(readNetworkMetadata(texts)).to.deep.equal(said);
    expect(readNetworkMetadata(Object.fromEntries(texts))).to.deep.equal(said);
  });

  it('leaves out unknown entries', () => {
    expect([...writeNetworkMetadata({ standardizes: false })]).to.deep.equal([]);
    const nothing = { standardizes: false };
    for (const key of ['input', 'classes', 'values', 'layers', 'score', 'limit'] as const)
      expect(readNetworkMetadata(new Map())[key]).to.equal(undefined);
    expect(readNetworkMetadata({})).to.include(nothing);
  });

  it('stores names with commas or brackets as JSON, and others separated by commas', () => {
    const written = (classes: readonly string[]) => writeNetworkMetadata({ classes }).get('classes');
    expect(written(['a', 'b c'])).to.equal('a,b c');
    expect(written(['a, b', 'c'])).to.equal('["a, b","c"]');
    for (const classes of [
      ['a', 'b c'],
      ['a, b', 'c'],
      ['', ' x'],
      ['["a"]', 'b'],
    ])
      expect(readNetworkMetadata(writeNetworkMetadata({ classes })).classes).to.deep.equal(classes);
  });

  it('ignores entries of other programs', () => {
    const { input, values, score, limit } = readNetworkMetadata({
      input: 'images',
      class_values: '[1, "x"]',
      score: 'high',
      limit: '-1',
      constructor: '1',
    });
    expect([input, values, score, limit]).to.deep.equal([undefined, undefined, undefined, undefined]);
    expect(readNetworkMetadata({ classes: '[a, b' }).classes).to.deep.equal(['[a', ' b']);
    expect(valuesFor(2, { values: [0, 128, 255] })).to.equal(undefined);
    expect(valuesFor(2, { values: [0, 255] })).to.deep.equal([0, 255]);
  });
});
