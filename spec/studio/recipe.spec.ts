import { expect } from 'chai';

import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { readPngText } from '../../lib/image/codec/png/text.js';
import { solid } from '../../lib/image/image.js';
import { readRecipe, type Recipe, recipeTexts } from '../../lib/studio/state/recipe.js';
import { defaultSettings } from '../../lib/studio/state/tasks.js';

const recipe: Recipe = [
  {
    task: 'dream',
    model: 'VGG-19 slim',
    settings: { ...defaultSettings('dream'), octaves: 2, seed: 7 },
    layers: { layers: { relu4_3: 1, 'relu3_1:5': -0.5 } },
    stoppedAfter: 13,
  },
  {
    task: 'style',
    model: 'Größe.onnx',
    settings: { ...defaultSettings('style'), statistics: 'wasserstein', keepColors: true },
    layers: { styleLayers: { relu1_1: 1 }, contentLayers: { relu3_2: 2 } },
  },
];

describe('studio: recipes', () => {
  it('stay the same in a PNG file', async () => {
    const file = await encodeImage(solid({ width: 2, height: 2 }, [1, 0, 0]), 'png', {
      text: recipeTexts(recipe),
    });
    expect(readRecipe(readPngText(file))).to.deep.equal(recipe);
  });

  it("are read from the command line's comment", () => {
    const comment =
      'oneiros dream {"model":"googlenet","layer":{"inception_4c/output":1},"octaves":3,"frames":1}';
    expect(readRecipe(new Map([['Comment', comment]]))).to.deep.equal([
      {
        task: 'dream',
        model: 'googlenet',
        settings: { ...defaultSettings('dream'), octaves: 3 },
        layers: { layers: { 'inception_4c/output': 1 } },
      },
    ]);
  });

  it('are written with the last step in the form of the command line', () => {
    const { Comment, Software } = recipeTexts(recipe);
    expect(Software).to.equal('oneiros');
    expect(Comment).to.match(/^oneiros style \{"model":"Größe.onnx",.*"contentLayer":\{"relu3_2":2\}/);
  });

  it('are not found in other pictures', () => {
    expect(readRecipe(new Map())).to.equal(null);
    expect(readRecipe(new Map([['Comment', 'Made with GIMP']]))).to.equal(null);
    expect(readRecipe(new Map([['Comment', 'oneiros rm {}']]))).to.equal(null);
    expect(recipeTexts([])).to.deep.equal({ Software: 'oneiros' });
  });

  const step = (change: object) => JSON.stringify({ steps: [{ task: 'dream', ...change }] });
  const damaged: readonly (readonly [string, string, RegExp])[] = [
    ['truncated', step({}).slice(0, -3), /truncated/],
    ['without steps', '{"steps":[]}', /no steps/],
    ['of another form', '[1]', /form of a recipe/],
    ['of an unknown task', '{"steps":[{"task":"rm"}]}', /does not know its task/],
    ['with an option out of range', step({ settings: { octaves: 0 } }), /octaves must be/],
    [
      'with an option of another kind',
      step({ settings: { cascade: 'yes' } }),
      /cascade must be true or false/,
    ],
    [
      'with a weight that is not a number',
      step({ layers: { layers: { relu1_1: '1' } } }),
      /weight of a layer/,
    ],
    ['too long', `{"steps":"${'x'.repeat(200_000)}"}`, /longer than 100000/],
    ['of too many steps', JSON.stringify({ steps: Array(65).fill({ task: 'dream' }) }), /no steps/],
  ];
  for (const [what, text, message] of damaged)
    it(`are refused if one is ${what}`, () => {
      expect(() => readRecipe(new Map([['oneiros', text]]))).to.throw(message);
    });

  it('are read without unknown fields', () => {
    const text = step({
      settings: { octaves: 2, toString: 1, evil: 3 },
      layers: { __proto__: { a: 1 } },
      more: 1,
    });
    expect(readRecipe(new Map([['oneiros', text]]))).to.deep.equal([
      { task: 'dream', model: '', settings: { ...defaultSettings('dream'), octaves: 2 }, layers: {} },
    ]);
  });
});
