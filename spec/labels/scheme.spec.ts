import { expect } from 'chai';

import { parseClasses, withValues } from '../../lib/labels/class-text.js';
import { comparison } from '../../lib/labels/compare.js';
import type { LabelPicture } from '../../lib/labels/label-picture.js';
import { type DeclaredClasses, labeler, schemeOf } from '../../lib/labels/scheme.js';
import { LabelSurveyor, valuesOf } from '../../lib/labels/survey.js';

type Stored = LabelPicture['stored'];

/** A mask of one row. */
function mask(stored: Stored, values: readonly number[], rest: Partial<LabelPicture> = {}): LabelPicture {
  const data = stored === 'color' ? Uint32Array.from(values) : Uint16Array.from(values);
  return {
    width: values.length,
    height: 1,
    stored,
    bits: 8,
    values: data,
    palette: new Uint8Array(),
    classes: null,
    ...rest,
  };
}

function survey(...masks: readonly LabelPicture[]) {
  const surveyor = new LabelSurveyor();
  masks.forEach((each, i) => surveyor.add(`${i}.png`, each));
  return surveyor;
}

const gray = (...values: readonly number[]) => survey(mask('gray', values)).finish();
const scheme = (masks: LabelPicture, declared: DeclaredClasses = {}) =>
  schemeOf(survey(masks).finish(), declared);

describe('a survey of masks', () => {
  it('treats gray pixels of color pictures as numbers, unless one pixel has a color', () => {
    const both = survey(mask('gray', [0, 7]), mask('color', [0x070707, 0xffffff])).finish();
    expect([both.kind, [...both.found.keys()]]).to.deep.equal(['number', [0, 7, 255]]);
    expect([...valuesOf(mask('color', [0x070707, 0xffffff]), both)]).to.deep.equal([7, 255]);
    const colors = survey(mask('color', [0]), mask('color', [0, 0x800000])).finish();
    expect([colors.kind, [...colors.found.keys()]]).to.deep.equal(['color', [0, 0x800000]]);
  });

  it('rejects different kinds and names a mask of each', () => {
    const mixed =
      (...masks: readonly LabelPicture[]) =>
      () =>
        survey(...masks).finish();
    expect(mixed(mask('gray', [0, 1]), mask('palette', [0, 1]))).to.throw(
      /0\.png stores gray values of 8 bits, 1\.png indices of a palette/,
    );
    expect(mixed(mask('gray', [0, 1]), mask('gray', [0, 1], { bits: 1 }))).to.throw(
      /8 bits, 1\.png .* 1 bit:/,
    );
    expect(mixed(mask('gray', [0]), mask('color', [0x800000]))).to.throw(/0\.png .* 1\.png colors/);
  });

  it('requires palettes to agree on the occurring indices', () => {
    const [red, green] = [Uint8Array.of(0, 0, 0, 128, 0, 0), Uint8Array.of(0, 0, 0, 0, 128, 0)];
    const masks = (values: readonly number[]) =>
      survey(mask('palette', values, { palette: red }), mask('palette', values, { palette: green }));
    expect(() => masks([0, 1]).finish()).to.throw(/index 1 is #800000 in 0\.png, but #008000 in 1\.png/);
    expect([...masks([0]).finish().palette]).to.deep.equal([[0, 0]]);
  });
});

describe('a scheme of masks', () => {
  it('has one class for each value in ascending order if none are declared', () => {
    expect(scheme(mask('gray', [200, 100, 0], { bits: 16 })).classes).to.deep.equal([
      { name: 'background', value: 0 },
      { name: 'class 1', value: 100 },
      { name: 'class 2', value: 200 },
    ]);
    expect(scheme(mask('color', [0x800000, 0, 0x8000])).classes.map(({ value }) => value)).to.deep.equal([
      '#000000',
      '#008000',
      '#800000',
    ]);
  });

  it('gives an ignored value the label 255 and no class', () => {
    const ignoring = scheme(mask('gray', [0, 1, 2, 255]), { ignore: 255 });
    expect(ignoring.classes).to.have.length(3);
    expect([...labeler(ignoring)(Uint8Array.of(2, 255, 0), 'a')]).to.deep.equal([2, 255, 0]);
    expect(() => labeler(ignoring)(Uint8Array.of(9), 'a')).to.throw(
      /mask of a has a pixel of 9, but the classes are/,
    );
    // PyTorch's ignore_index can be a class as well.
    const background = scheme(mask('gray', [0, 1]), { classes: parseClasses('2'), ignore: 0 });
    expect([...labeler(background)(Uint8Array.of(0, 1), 'a')]).to.deep.equal([255, 1]);
  });

  it('rejects an undeclared 255 among small values and proposes to ignore it', () => {
    const voc = mask('gray', [0, 1, 15, 255]);
    expect(() => scheme(voc)).to.throw(/255 \(1 pixels, the first in 0\.png\) may be a class.*--ignore 255/);
    expect(() => scheme(mask('palette', [0, 1, 255]))).to.throw(/--ignore 255/);
    expect(() => scheme(mask('color', [0, 0x800000, 0xe0e0c0]))).to.throw(/--ignore #e0e0c0/);
    expect(scheme(voc, { classes: parseClasses('21') }).ignore).to.equal(255);
    expect(scheme(mask('gray', [0, 255])).ignore).to.equal(null);
    expect(scheme(mask('gray', [0, 128, 255])).classes).to.have.length(3);
    expect(() => scheme(mask('gray', [0, 255]), { classes: parseClasses('2') })).to.throw(/a pixel of 255/);
  });

  it('rejects values that come from lossy compression or soft edges', () => {
    expect(() => scheme(mask('gray', [0, 1, 2, 253, 255]))).to.throw(/near black \(1, in 0\.png\)/);
    expect(() =>
      scheme(
        mask(
          'gray',
          Array.from({ length: 40 }, (_, i) => i * 6),
        ),
      ),
    ).to.throw(/40 different values \(0, 6, .*234\), too many/);
    const many = Array.from({ length: 5000 }, (_, i) => i * 3);
    expect(() => survey(mask('color', many))).to.throw(/0\.png has more than 4096 different values/);
  });

  it('rejects classes with colors for masks of numbers', () => {
    expect(() => scheme(mask('gray', [0, 128]), { classes: parseClasses('a=#000000,b=#000080') })).to.throw(
      /have the numbers 0, 128, but the classes are a #000000, b #000080/,
    );
    const black = survey(mask('color', [0])).finish('color');
    expect(schemeOf(black, { classes: parseClasses('a=#000000,b=#000080') }).classes).to.have.length(2);
  });
});

describe('a comparison of true and predicted masks', () => {
  it('matches masks of two values, even if the values differ', () => {
    const { truth, predicted, notes } = comparison(gray(0, 1), gray(0, 255));
    expect([truth.classes[1]!.value, predicted.classes[1]!.value]).to.deep.equal([1, 255]);
    expect(notes).to.deep.equal(['the object is 1 in the true masks, 255 in the predicted ones']);
    expect(comparison(gray(0), gray(0, 255)).truth.classes[1]!.value).to.equal(255);
  });

  it('uses the classes in the predicted files', () => {
    const classes = withValues(parseClasses('cell=255,membrane=0'));
    const predicted = survey(mask('gray', [0, 255], { classes })).finish();
    expect(comparison(gray(0, 255), predicted).truth.classes).to.deep.equal(classes);
    // Classes with the default values 0 and 255 also match other values.
    const usual = survey(mask('gray', [0, 255], { classes: withValues(parseClasses('no=0,vessel=255')) }));
    const { truth } = comparison(gray(0, 1), usual.finish());
    expect(truth.classes[1]).to.deep.equal({ name: 'vessel', value: 1 });
  });

  it('rejects predicted values that are not in the truth, unless they are declared', () => {
    expect(() => comparison(gray(0, 1, 2), gray(0, 3))).to.throw(/the value 3, which no true mask has/);
    expect(() => comparison(gray(0, 1, 2), gray(0, 100, 200))).to.throw(/the value 100/);
    const declared = { classes: parseClasses('4') };
    expect(comparison(gray(0, 1, 2), gray(0, 3), declared).truth.classes).to.have.length(4);
    expect(() => comparison(gray(0, 1), gray(0, 9), declared)).to.throw(/a pixel of 9, but the classes are/);
    const colors = survey(mask('color', [0, 0x800000])).finish();
    expect(() => comparison(colors, gray(0, 1))).to.throw(/colors .* numbers/);
  });

  it('rejects a color with two indices', () => {
    const set = (palette: Uint8Array) => survey(mask('palette', [0, 1, 2], { palette })).finish();
    const first = Uint8Array.of(0, 0, 0, 128, 0, 0, 0, 128, 0);
    const second = Uint8Array.of(0, 0, 0, 0, 128, 0, 128, 0, 0);
    expect(() => comparison(set(first), set(second))).to.throw(
      /#008000 has index 2 in the true masks, but 1/,
    );
    expect(comparison(set(first), set(first)).truth.classes).to.have.length(3);
  });
});

describe('classes as text', () => {
  it('can be a number, names, values or JSON', () => {
    expect(parseClasses('3')[2]).to.deep.equal({ name: 'class 2', value: 2 });
    expect(parseClasses('sky, tree')).to.deep.equal([
      { name: 'sky', value: null },
      { name: 'tree', value: null },
    ]);
    expect(parseClasses('a=b=7,c=#FF00aa')).to.deep.equal([
      { name: 'a=b', value: 7 },
      { name: 'c', value: '#ff00aa' },
    ]);
    expect(parseClasses('["a, b", {"name": "c"}]').map(({ name }) => name)).to.deep.equal(['a, b', 'c']);
    for (const wrong of ['', 'a=1,b', 'a,,b', '[1]', '[', 'a=1,a=2', '300'])
      expect(() => parseClasses(wrong), wrong).to.throw(/./);
    for (const wrong of ['a=1,b=1', 'a=1,b=#000000', 'a'])
      expect(() => withValues(parseClasses(wrong)), wrong).to.throw(/the classes are invalid/);
  });
});
