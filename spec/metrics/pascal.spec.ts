import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { evaluateDetections } from '../../lib/metrics/detection/evaluate.js';
import { vocFigures } from '../../lib/metrics/detection/figures.js';
import { vocProtocol } from '../../lib/metrics/detection/protocol.js';
import { pascalDetections, pascalTruth } from '../../lib/metrics/io/pascal.js';
import { vocTruth } from '../../lib/metrics/io/voc-xml.js';

const file = (text: string, image = 'a') => [{ image, text }];
const sizes = new Map([['a', { width: 200, height: 100 }]]);

describe('Class names of text files', () => {
  it('may contain spaces and end in whole numbers: the last numbers are the box', () => {
    const truth = pascalTruth(file('traffic  light 10 10 40 30\ntype 2 1 1 5 5 difficult\n0 7 7 9 9'));
    expect(truth.categories.map(({ id }) => id)).to.deep.equal(['0', 'traffic light', 'type 2']);
    expect([...truth.boxes]).to.deep.equal([10, 10, 40, 30, 1, 1, 5, 5, 7, 7, 9, 9]);
    expect([...truth.ignore]).to.deep.equal([0, 1, 0]);
    const found = pascalDetections(file('traffic light 0.99 12 11 38 30\ntype 2 1 1 1 5 5'), truth);
    expect([...found.score]).to.deep.equal([0.99, 1]);
    expect([...found.boxes]).to.deep.equal([12, 11, 38, 30, 1, 1, 5, 5]);
  });

  for (const [what, text] of [
    ['detections, with a score', 'person 0.9 10 10 50 40'],
    ["YOLO's outlines", '0 0.1 0.2 0.3 0.4 0.5 0.6'],
    ['outlines in pixels', '0 10 20 30 40 50 60'],
  ] as const)
    it(`do not absorb the numbers of ${what}`, () =>
      expect(() => pascalTruth(file(text))).to.throw(
        OneirosError,
        'a, line 1: expected a class and four numbers, and no more numbers',
      ));
  it('are not shortened if the score is missing', () => {
    const truth = pascalTruth(file('type 2 1 1 5 5'));
    expect(() => pascalDetections(file('type 2 1 1 5 5'), truth)).to.throw(
      'a, line 1: expected a score after the class "type 2"',
    );
  });
  it('that do not occur in the truth are counted', () => {
    const { leftOut, notes, count } = pascalDetections(
      file('dog 0.5 0 0 9 9\ncat 0.5 0 0 9 9'),
      pascalTruth(file('cat 0 0 9 9')),
    );
    expect({ count, leftOut, notes }).to.deep.equal({
      count: 1,
      leftOut: 1,
      notes: ['left out 1 of 2 detections: the truth does not list the category "dog"'],
    });
  });
});

describe('Boxes in fractions of the picture', () => {
  it('are not read as pixels, by corner or by center, in the truth or in detections', () => {
    const pixels = pascalTruth(file('0 10 10 40 30'));
    for (const text of ['0 0.5 0.5 0.4 0.4', '0 0 0 1 1', '0 -0.002 0 1.005 1'])
      expect(() => pascalTruth(file(text), { form: text.includes('-') ? 'xyxy' : 'xywh' })).to.throw(
        OneirosError,
      );
    expect(() => pascalTruth(file('0 0.5 0.5 0.4 0.4'))).to.throw(
      'fractions of the picture, but pixels are expected',
    );
    expect(() => pascalDetections(file('0 0.9 0.5 0.5 0.2 0.2'), pixels)).to.throw('all boxes');
    // In the truth, one image with such boxes is enough.
    const mixed = [...file('0 10 10 40 30'), ...file('0 0.5 0.5 0.4 0.4\n0 0.1 0.1 0.1 0.1', 'b')];
    expect(() => pascalTruth(mixed)).to.throw('the boxes of image "b"');
    // A detector may well find only a corner in one image.
    const two = pascalTruth([...file('0 10 10 40 30'), ...file('0 10 10 40 30', 'b')]);
    const found = [...file('0 0.9 0.2 0.2 0.6 0.6'), ...file('0 0.9 10 10 40 30', 'b')];
    expect(pascalDetections(found, two).count).to.equal(2);
    expect(pascalTruth(file('0 0.5 0.5 0.4 0.4'), { units: 'pixels' }).count).to.equal(1);
  });

  it('become pixels if the size is known: boxes with half the sides have IoU ¼', () => {
    const relative = { units: 'relative', form: 'cxcywh' } as const;
    const truth = pascalTruth(file('0 0.5 0.5 0.4 0.4'), { ...relative, sizes });
    expect([...truth.boxes].map(Math.round)).to.deep.equal([60, 30, 80, 40]);
    const found = pascalDetections(file('0 0.9 0.5 0.5 0.2 0.2'), truth, relative);
    expect([...found.boxes].map(Math.round)).to.deep.equal([80, 40, 40, 20]);
    const mAP = (iou: number) =>
      vocFigures(evaluateDetections(truth, found, vocProtocol('voc2012', { iou, pixels: 'continuous' }))).mAP;
    expect([mAP(0.249), mAP(0.251)]).to.deep.equal([1, 0]);
    const last = pascalDetections(file('0 0.5 0.5 0.2 0.2 0.9'), truth, { ...relative, scoreAt: 'last' });
    expect([last.score, last.boxes]).to.deep.equal([found.score, found.boxes]);
    expect(() => pascalTruth(file('0 0.5 0.5 0.4 0.4'), relative)).to.throw('a picture of unknown size');
  });

  it('are refused if they are outside of their pictures, because the form or the order is another', () => {
    expect(() => pascalTruth(file('0 0.8 0.8 0.4 0.4'), { units: 'relative', sizes })).to.throw(
      '1 of 1 boxes extend beyond their pictures',
    );
    const relative = { units: 'relative', form: 'cxcywh' } as const;
    const truth = pascalTruth(file('0 0.5 0.5 0.4 0.4'), { ...relative, sizes });
    expect(() => pascalDetections(file('0 0.2 0.2 0.3 0.3 0.9'), truth, relative)).to.throw(
      'is the score last',
    );
    expect(() => pascalDetections(file('0 60 30 80 40 0.9'), truth)).to.throw('is the score last');
  });
});

describe('Boxes that could also be two corners', () => {
  it('are noted, unless their form is given', () => {
    const boxes = 'cat 10 10 40 30\ndog 5 5 6 6';
    expect(pascalTruth(file(boxes)).notes).to.have.length(1);
    expect(pascalTruth(file(boxes), { form: 'xywh' }).notes).to.deep.equal([]);
    expect(pascalTruth(file(`${boxes}\ncat 50 5 20 20`)).notes).to.deep.equal([]);
  });
});

describe("Pascal's XML", () => {
  const box = (xmin: number, ymin: number, xmax: number, ymax: number) =>
    `<bndbox><ymax>${ymax}</ymax><xmax>${xmax}</xmax> <xmin>${xmin}</xmin><ymin>${ymin}</ymin></bndbox>`;
  const object = (inside: string) => `<object>${inside}</object>`;
  const annotation = (inside: string) =>
    `<?xml version="1.0"?>\n<annotation>\n<size><width>100</width><height>80</height></size>${inside}</annotation>`;
  const person = `<name>person</name>${box(10, 10, 50, 40)}`;

  it('is read: names, corners and difficult objects, without parts of objects', () => {
    const truth = vocTruth(
      file(
        annotation(
          object(`<name> traffic\n light </name><truncated>1</truncated>${box(1, 1, 4, 4)}`) +
            object(`${person}<difficult>1</difficult><part><name>head</name>${box(12, 12, 20, 20)}</part>`),
        ),
      ),
    );
    expect(truth.images).to.deep.equal([{ id: 'a', width: 100, height: 80 }]);
    expect(truth.categories.map(({ id }) => id)).to.deep.equal(['person', 'traffic light']);
    expect([...truth.boxes]).to.deep.equal([1, 1, 3, 3, 10, 10, 40, 30]);
    expect([...truth.ignore]).to.deep.equal([0, 1]);
    expect(truth.notes).to.deep.equal([]);
  });

  it('is evaluated by its protocol: detections of difficult objects are ignored', () => {
    const hard = object(`<name>person</name><difficult>1</difficult>${box(60, 10, 90, 40)}`);
    const truth = vocTruth(file(annotation(object(person) + hard)));
    // IoU with both ends included: 40·31 / (41·31 + 40·31 − 40·31) = 40/41.
    const found = pascalDetections(file('person 0.9 60 10 90 40\nperson 0.8 11 10 50 40'), truth, {
      form: 'xyxy',
    });
    const mAP = (iou: number) =>
      vocFigures(evaluateDetections(truth, found, vocProtocol('voc2012', { iou }))).mAP;
    expect([mAP(0.975), mAP(0.976)]).to.deep.equal([1, 0]);
  });

  it('gives a note on boxes beyond the stated size, and treats 0 as an unknown size', () => {
    const wide = object(`<name>person</name>${box(90, 10, 130, 40)}`);
    expect(vocTruth(file(annotation(wide))).notes).to.deep.equal([
      '1 of 1 boxes extend beyond the size stated in their file, the first in a, object 1',
    ]);
    const unknown = annotation(wide).replace('<width>100', '<width>0');
    expect(vocTruth(file(unknown))).to.deep.include({ notes: [], images: [{ id: 'a' }] });
  });

  const bomb =
    '<!DOCTYPE annotation [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' +
    `<annotation><object><name>&b;</name>${box(1, 1, 2, 2)}</object></annotation>`;
  for (const [what, text, message] of [
    ['truncated XML', '<annotation><object>', /a: its XML is not well-formed/],
    ['other XML', '<html></html>', /a: .* its root is <html>, expected <annotation>/],
    ['no name', annotation(object(box(1, 1, 2, 2))), /a, object 1: it has no <name>/],
    ['no box', annotation(object('<name>x</name>')), /a, object 1: it has no <bndbox>/],
    ['two boxes', annotation(object(person + box(1, 1, 2, 2))), /a, object 1: it has 2 <bndbox>/],
    [
      'an inverted box',
      annotation(object(`<name>x</name>${box(9, 1, 2, 2)}`)),
      /its box is inverted: \(9, 1\) to \(2, 2\)/,
    ],
    ['a word for a number', annotation(object(person.replace('10', 'ten'))), /its <[xy]m..> is "ten"/],
    [
      'a relative box',
      annotation(object(`<name>x</name>${box(0.1, 0.1, 0.5, 0.5)}`)),
      /fractions of the picture/,
    ],
    ['custom entities', bomb, /not well-formed/],
    ['deep nesting', '<annotation>'.repeat(100_000), /not well-formed/],
    [
      'a difficulty of 3',
      annotation(object(`${person}<difficult>3</difficult>`)),
      /<difficult> is "3": expected 0 or 1/,
    ],
  ] as const)
    it(`refuses ${what}`, () => expect(() => vocTruth(file(text))).to.throw(OneirosError, message));
});
