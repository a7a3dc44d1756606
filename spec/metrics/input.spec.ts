import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { cocoDetections, cocoTruth, readCocoDetections, readCocoTruth } from '../../lib/metrics/io/coco.js';
import { type JsonRecord, jsonRecords } from '../../lib/metrics/io/json-records.js';
import { pascalDetections, pascalTruth } from '../../lib/metrics/io/pascal.js';

/** The code and the message of the error that `work` throws. */
async function errorTextOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof OneirosError && !error.message.includes('\n'))
      return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing';
}

async function recordsOf(...chunks: (string | Uint8Array)[]): Promise<JsonRecord[]> {
  const records: JsonRecord[] = [];
  for await (const batch of jsonRecords(chunks)) records.push(...batch);
  return records;
}

describe('Records of a JSON stream', () => {
  it('come from an array, or from the arrays of an object', async () => {
    expect(await recordsOf(' [1, "a]", [2, {"b": "}"}] , {}] ')).to.deep.equal(
      [1, 'a]', [2, { b: '}' }], {}].map((value, index) => ({ section: null, index, value })),
    );
    expect(
      await recordsOf('\ufeff{"info": {"x": [1]}, "a": [true], "n": 5, "e": [], "b": [null, -1.5e3]}'),
    ).to.deep.equal([
      { section: 'a', index: 0, value: true },
      { section: 'b', index: 0, value: null },
      { section: 'b', index: 1, value: -1500 },
    ]);
    expect(await recordsOf('{}')).to.deep.equal([]);
  });

  it('keep whole numbers exact, and report where arrays begin', async () => {
    const text =
      '{"a": [{"id": 9007199254740993, "name": "9007199254740993.jpg", "x": 0.1234567890123456, "y": -9007199254740995}, 9007199254740991], "b": []}';
    const sections: string[] = [];
    const records: unknown[] = [];
    for await (const batch of jsonRecords([text], { onSection: (section) => sections.push(section) }))
      records.push(...batch.map(({ value }) => value));
    expect(records).to.deep.equal([
      { id: 9007199254740993n, name: '9007199254740993.jpg', x: 0.1234567890123456, y: -9007199254740995n },
      9007199254740991,
    ]);
    expect(sections).to.deep.equal(['a', 'b']);
  });

  it('do not depend on where the text is split, even within escapes and characters', async () => {
    const text = '{"k\\"]": [{"name": "\\\\\\"}ö😀", "v": [12, 34]}, 567, "\\u00e9"], "x": 89}';
    const bytes = new TextEncoder().encode(text);
    const whole = await recordsOf(text);
    expect(whole[0]!.value).to.deep.equal({ name: '\\"}ö😀', v: [12, 34] });
    for (let cut = 1; cut < bytes.length; cut++)
      expect(await recordsOf(bytes.subarray(0, cut), bytes.subarray(cut))).to.deep.equal(whole);
    expect(await recordsOf(...Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)))).to.deep.equal(whole);
  });

  for (const [text, message] of [
    ['', /unexpected end/],
    ['[{"a": 1}', /record 1: unexpected end/],
    ['{"a": [1, 2', /a\[1\]: unexpected end/],
    ['[1, 2,]', /record 2/],
    ['[1 2]', /record 1: expected a comma/],
    ['[1]]', /unexpected text after its end/],
    ['"text"', /expected an object or an array/],
    ['{"a": [1], }', /a key in quotes/],
    ['{"a" [1]}', /a colon/],
    ['{a: 1}', /a key in quotes/],
    ['[{"x": 1}, {"x": ]}]', /record 1 is not valid JSON/],
    ['[{"x": NaN}]', /record 0 is not valid JSON: it contains NaN/],
    ['{"annotations": [{}, {"bbox": [-Infinity]}]}', /annotations\[1\] .*-Infinity/],
  ] as const)
    it(`refuse ${JSON.stringify(text)}`, async () => {
      expect(await errorTextOf(() => recordsOf(text)))
        .to.match(message)
        .and.match(/^bad-input/);
    });

  it('refuse text that is not UTF-8, and stop on an abort', async () => {
    expect(await errorTextOf(() => recordsOf(Uint8Array.of(0x5b, 0xff)))).to.match(/UTF-8/);
    const reason = new Error('enough');
    const reading = jsonRecords(['[1]'], { signal: AbortSignal.abort(reason) }).next();
    expect(await reading.catch((error: unknown) => error)).to.equal(reason);
  });
});

describe('COCO files', () => {
  const image = { id: 7, width: 20, height: 10 };
  const category = { id: 1, name: 'cat' };
  const annotation = { id: 5, image_id: 7, category_id: 1, bbox: [0, 0, 4, 4], area: 16, iscrowd: 0 };
  const file = { images: [image], categories: [category], annotations: [annotation] };
  const truth = cocoTruth(file);
  const found = { image_id: 7, category_id: 1, bbox: [0, 0, 4, 4], score: 0.5 };

  it('give tables for any order of their sections', async () => {
    const { annotations, ...rest } = file;
    expect(await readCocoTruth([JSON.stringify({ annotations, ...rest })])).to.deep.equal(truth);
    expect(truth).to.deep.include({ count: 1, categories: [category], images: [image] });
    expect(await readCocoDetections(['[]'], truth)).to.deep.include({ count: 0 });
  });

  it('get missing areas from boxes, and leave out objects that are not evaluated', () => {
    const { area, iscrowd, ...short } = annotation;
    expect([area, iscrowd, ...cocoTruth({ ...file, annotations: [short] }).area]).to.deep.equal([16, 0, 16]);
    const elsewhere = [
      { ...annotation, image_id: 8 },
      { ...annotation, id: 6, category_id: 2 },
    ];
    expect(cocoTruth({ ...file, annotations: elsewhere })).to.deep.include({
      count: 0,
      leftOut: 2,
      notes: [
        'left out 1 of 2 true objects: the truth does not list the image 8',
        'left out 1 of 2 true objects: the truth does not list the category 2',
      ],
    });
    const masks = cocoTruth({ ...file, annotations: elsewhere.slice(0, 1) }, { iouType: 'segm' });
    expect(masks).to.deep.include({ count: 0, leftOut: 1 });
    const unlisted = [2, 3, 4, 5, 6, 7, 2].map((category_id) => ({ ...found, category_id }));
    expect(cocoDetections([found, ...unlisted], truth)).to.deep.include({
      count: 1,
      leftOut: 7,
      notes: ['left out 7 of 8 detections: the truth does not list the category 2, 3, 4, 5, 6, …'],
    });
  });
  it('note scores outside 0 to 1, of which only the order counts', () => {
    const { notes } = cocoDetections([found, { ...found, score: 87 }], truth);
    expect(notes).to.deep.equal(['scores range from 0 to 87, outside 0 to 1: only their order counts']);
  });

  for (const [what, change, message] of [
    ['two images with the same id', { images: [image, image] }, /image 7: the id 7 occurs twice/],
    [
      'two categories with the same id',
      { categories: [category, category] },
      /category 1: the id 1 occurs twice/,
    ],
    [
      'two annotations with the same id',
      { annotations: [annotation, annotation] },
      /annotations\[1\] \(id 5\): the id 5 occurs twice/,
    ],
    [
      'an image without an id',
      { images: [{}] },
      /images\[0\]: "id" is missing: expected a whole number or text/,
    ],
    [
      'an inverted box',
      { annotations: [{ ...annotation, bbox: [5, 5, -2, 3] }] },
      /annotations\[0\] \(id 5\): its box is \[5, 5, -2, 3\]/,
    ],
    [
      'half a box',
      { annotations: [{ ...annotation, bbox: [5, 5] }] },
      /annotations\[0\]: "bbox" is \[5,5\]: expected the four numbers/,
    ],
    ['a crowd of 3', { annotations: [{ ...annotation, iscrowd: 3 }] }, /"iscrowd" is 3: expected 0 or 1/],
    [
      'an area in words',
      { annotations: [{ ...annotation, area: 'big' }] },
      /"area" is "big": expected a number/,
    ],
    ['no categories', { categories: undefined }, /no list "categories": a COCO truth lists images/],
    ['no annotations', { annotations: undefined }, /no list "annotations"/],
    ['an empty list of categories', { categories: [] }, /its list "categories" is empty/],
    ['an empty list of images', { images: [] }, /its list "images" is empty/],
    [
      'ids that are both numbers and text',
      { images: [image, { id: 'x' }] },
      /the ids of a file must be all numbers or all text: image ids include 7 and "x"/,
    ],
    [
      'an image id in another form',
      { annotations: [{ ...annotation, image_id: '7' }] },
      /annotations\[0\] \(id 5\): there is no image "7", but there is 7/,
    ],
    [
      'a category id in another form',
      { categories: [{ id: '1', name: 'cat' }] },
      /there is no category 1, but there is "1"/,
    ],
    [
      'an id that is not an exact number',
      { annotations: [{ ...annotation, id: 1e300 }] },
      /"id" is 1e\+300: expected a whole number within ±2\^53/,
    ],
    ['an area below 0', { annotations: [{ ...annotation, area: -5 }] }, /its area is -5/],
    [
      'boxes in fractions of the picture',
      { annotations: [{ ...annotation, bbox: [0.5, 0.5, 0.4, 0.4] }] },
      /the boxes of image 7 contain only numbers from 0 to 1/,
    ],
    ['null for an annotation', { annotations: [null] }, /annotations\[0\]: it is null: expected an object/],
  ] as const)
    it(`refuse ${what}`, async () => {
      const document = { ...file, ...change };
      expect(await errorTextOf(() => readCocoTruth([JSON.stringify(document)]))).to.match(message);
      expect(await errorTextOf(() => cocoTruth(document))).to.match(message);
    });

  for (const [what, change, message] of [
    ['an image id in another form', { image_id: '7' }, /detection 1: there is no image "7", but there is 7/],
    ['a category id in another form', { category_id: '1' }, /detection 1: there is no category "1"/],
    ['an unknown image', { image_id: 8 }, /detection 1: the ground truth has no image 8/],
    ['a box of NaN', { bbox: [0, NaN, 1, 1] }, /detection 1: its box is \[0, NaN, 1, 1\]/],
    ['an inverted box', { bbox: [0, 0, 1, -1] }, /detection 1: its box is \[0, 0, 1, -1\]/],
    ['no score', { score: undefined }, /detection 1: "score" is missing: expected a number/],
    ['an infinite score', { score: Infinity }, /detection 1: its score is Infinity/],
  ] as const)
    it(`refuse a detection with ${what}`, async () => {
      expect(await errorTextOf(() => cocoDetections([found, { ...found, ...change }], truth))).to.match(
        message,
      );
    });

  it('refuse detections in fractions of the picture', () =>
    expect(() => cocoDetections([{ ...found, bbox: [0.1, 0.1, 0.5, 0.5] }], truth)).to.throw('all boxes'));

  for (const [what, segmentation, message] of [
    [
      'another size',
      { size: [3, 3], counts: [9] },
      /detection 0: its mask is 3×3 pixels, but its image is 20×10/,
    ],
    ['too few runs', { size: [10, 20], counts: [9] }, /detection 0: the runs add up to 9/],
    ['a broken string', { size: [10, 20], counts: 'é' }, /detection 0: character 0/],
    ['no counts', { size: [10, 20] }, /detection 0: "counts" is missing/],
    ['two points', [[1, 2, 3, 4]], /detection 0: a polygon must be at least three/],
    ['words', ['x'], /detection 0: "segmentation" is \["x"\]: expected polygons/],
    ['nothing', [], /detection 0: "segmentation" is \[\]/],
  ] as const)
    it(`refuse a mask of ${what}`, async () => {
      const masks = cocoTruth({ ...file, annotations: [] }, { iouType: 'segm' });
      expect(await errorTextOf(() => cocoDetections([{ ...found, bbox: [], segmentation }], masks))).to.match(
        message,
      );
    });

  it('refuse a wrong kind of document', async () => {
    expect(await errorTextOf(() => readCocoTruth(['[{}]']))).to.match(/an array: expected an object/);
    expect(await errorTextOf(() => readCocoDetections([JSON.stringify(file)], truth))).to.match(
      /an object: expected an array/,
    );
    expect(await errorTextOf(() => cocoDetections({}, truth))).to.match(/an array of objects/);
  });
});

describe('Pascal text', () => {
  const truth = pascalTruth([{ image: 'a', text: '\ufeffcat 0 0 4 4\r\n\n dog 1 1 2 2 difficult\n' }]);

  it('is read line by line', () => {
    expect(truth.categories.map(({ name }) => name)).to.deep.equal(['cat', 'dog']);
    expect([...truth.boxes, ...truth.ignore]).to.deep.equal([0, 0, 4, 4, 1, 1, 2, 2, 0, 1]);
    const found = pascalDetections([{ image: 'a', text: 'cat .5 1 2 4 4\nbird 1 0 0 1 1' }], truth, {
      form: 'xyxy',
    });
    expect([...found.score, ...found.boxes]).to.deep.equal([0.5, 1, 2, 3, 2]);
  });

  for (const [text, message] of [
    ['cat 1 2 3', /a, line 1: expected a class, a score and four numbers, found "cat 1 2 3"/],
    ['cat .5 0 0 1 1\ncat .5 0 0 x 1', /a, line 2: its box is \[0, 0, NaN, 1\]/],
    ['cat .5 0 0 -1 1', /a, line 1: its box is \[0, 0, -1, 1\]/],
    ['cat high 0 0 1 1', /a, line 1: its score is NaN/],
  ] as const)
    it(`refuses ${JSON.stringify(text)}`, async () => {
      expect(await errorTextOf(() => pascalDetections([{ image: 'a', text }], truth))).to.match(message);
    });

  it('refuses unknown and duplicate images', async () => {
    const file = { image: 'b', text: 'cat 1 0 0 1 1' };
    expect(await errorTextOf(() => pascalDetections([file], truth))).to.match(/b, line 1: .* no image "b"/);
    const twice = [
      { image: 'b', text: '' },
      { image: 'b', text: '' },
    ];
    expect(await errorTextOf(() => pascalTruth(twice))).to.match(/image "b": the id "b" occurs twice/);
  });
});
