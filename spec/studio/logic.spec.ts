import { expect } from 'chai';

import { expectedOf } from '../../lib/base/option-table.js';
import { curveOf } from '../../lib/studio/state/curve-lines.js';
import {
  canRedo,
  canUndo,
  current,
  emptyHistory,
  forgotten,
  historyLimit,
  jump,
  move,
  push,
  replace,
} from '../../lib/studio/state/history.js';
import { pickableLayers, toggleLayer } from '../../lib/studio/state/layer-choice.js';
import { shippedAmong } from '../../lib/studio/state/shipped.js';
import { Store } from '../../lib/studio/state/store.js';
import { defaultSettings, optionsOf, taskIds, tasks, titleOf } from '../../lib/studio/state/tasks.js';
import { scaleOf } from '../../lib/studio/view/slider-scale.js';

describe('studio: sliders', () => {
  it('cover the usual range in steps of 1, 2 or 5', () => {
    const scale = scaleOf({ kind: 'number', default: 1.5, about: '', min: 0, usual: [0, 6] });
    expect(scale?.last).to.equal(120);
    expect(scale?.valueAt(0)).to.equal(0);
    expect(scale?.valueAt(30)).to.equal(1.5);
    expect(scale?.valueAt(120)).to.equal(6);
    expect(scale?.positionOf(1.5)).to.equal(30);
    expect(scale?.positionOf(100), 'beyond the end').to.equal(120);
  });

  it('are logarithmic over decades', () => {
    const scale = scaleOf({ kind: 'number', default: 1, about: '', min: 0, usual: [0.01, 100] });
    expect(scale?.last).to.equal(160);
    expect(scale?.valueAt(40)).to.equal(0.1);
    expect(scale?.valueAt(80)).to.equal(1);
    expect(scale?.positionOf(10)).to.equal(120);
    expect(scale?.positionOf(0)).to.equal(0);
  });

  it('cover the whole range of an option without a usual one, and do not exist for a range without ends', () => {
    expect(scaleOf({ kind: 'number', default: 0.5, about: '', min: 0, max: 1 })?.valueAt(50)).to.equal(0.5);
    expect(scaleOf({ kind: 'number', default: 0, about: '', integer: true })).to.equal(null);
  });

  it('reach the default of every option, within its range', () => {
    for (const task of taskIds)
      for (const [name, option] of optionsOf(task)) {
        if (option.kind !== 'number') continue;
        const scale = scaleOf(option);
        if (scale === null) {
          expect(name).to.equal('seed');
          continue;
        }
        const about = `${task}: ${name}`;
        expect(expectedOf(option, scale.valueAt(0)), about).to.equal(null);
        expect(expectedOf(option, scale.valueAt(scale.last)), about).to.equal(null);
        const reached = scale.valueAt(scale.positionOf(option.default));
        expect(reached, about).to.be.closeTo(option.default, 0.05 * option.default);
      }
  });
});

describe('studio: tasks', () => {
  it("have the command line's options and defaults", () => {
    expect(defaultSettings('dream')).to.include({ size: 512, octaves: 4, steps: 10, stepSize: 1.5 });
    expect(defaultSettings('style')).to.include({ iterations: 150, optimizer: 'lbfgs', keepColors: false });
    expect(defaultSettings('detect')).to.deep.equal({ score: 0.5, limit: 100 });
  });

  it('show first only options that exist', () => {
    for (const task of taskIds)
      for (const name of tasks[task].first) expect(tasks[task].options, task).to.have.property(name);
  });

  it('show names of options as words', () => {
    expect(titleOf('stepSize')).to.equal('Step size');
    expect(titleOf('tvWeight')).to.equal('TV weight');
    expect(titleOf('tile')).to.equal('Tile');
  });

  it('offer the shipped networks that the server has', () => {
    expect(shippedAmong(['vgg19-slim.onnx', 'other.onnx']).map(({ tasks: uses }) => uses)).to.deep.equal([
      ['dream', 'style'],
    ]);
  });
});

describe('studio: history', () => {
  it('undoes and redoes, and drops undone items when a new one is added', () => {
    let history = push(push(push(emptyHistory<string>(), 'photo'), 'dream'), 'style');
    expect(canRedo(history)).to.equal(false);
    history = move(history, -1);
    expect(current(history)).to.equal('dream');
    expect(canUndo(history) && canRedo(history)).to.equal(true);
    const other = push(history, 'another dream');
    expect(other.items).to.deep.equal(['photo', 'dream', 'another dream']);
    expect(forgotten(history, other)).to.deep.equal(['style']);
    expect(move(move(other, -2), -1).at, 'no further than the photograph').to.equal(0);
    expect(current(jump(other, 1))).to.equal('dream');
    expect(jump(other, 3)).to.equal(other);
  });

  it('replaces the current item', () => {
    const history = replace(push(push(emptyHistory<string>(), 'photo'), 'half a dream'), 'a dream');
    expect(history.items).to.deep.equal(['photo', 'a dream']);
    expect(history.at).to.equal(1);
  });

  it('keeps the photograph and the last versions', () => {
    let history = emptyHistory<number>();
    for (let i = 0; i < historyLimit + 3; i++) history = push(history, i);
    expect(history.items).to.have.length(historyLimit);
    expect(history.items.slice(0, 2)).to.deep.equal([0, 4]);
    expect(current(history)).to.equal(historyLimit + 2);
  });
});

describe('studio: curve', () => {
  it('fills its height part by part, and does not join parts', () => {
    const points = [1, 3, 2, 10, 30].map((value, i) => ({ value, part: i < 3 ? 1 : 2 }));
    const { lines, bounds, tip } = curveOf(points, 9, 88, 28);
    // 80 wide and 20 high inside the margin of 4: each point is ten to the right of the one before.
    expect(lines).to.deep.equal(['M4 24L14 4L24 14', 'M34 24L44 4']);
    expect(bounds).to.deep.equal([29]);
    expect(tip).to.deep.equal({ x: 44, y: 4 });
  });

  it('is a level line for constant values, and draws NaN at the lowest value', () => {
    expect(
      curveOf(
        [5, 5].map((value) => ({ value, part: 1 })),
        2,
        88,
        28,
      ).lines,
    ).to.deep.equal(['M4 14L84 14']);
    const broken = [NaN, 2, 4].map((value) => ({ value, part: 1 }));
    expect(curveOf(broken, 3, 88, 28).lines).to.deep.equal(['M4 24L44 24L84 4']);
    expect(curveOf([], 40, 88, 28)).to.deep.equal({ lines: [], bounds: [], tip: null });
  });
});

describe('studio: layers to choose from', () => {
  it("are the ends of GoogLeNet's blocks, a VGG's activations, otherwise convolutions", () => {
    const googlenet = [
      'conv1/7x7_s2',
      'pool1/3x3_s2',
      'inception_3a/1x1',
      'inception_3a/output',
      'inception_3b/output',
    ];
    expect(pickableLayers(googlenet)).to.deep.equal(googlenet.filter((name) => name !== 'inception_3a/1x1'));
    expect(pickableLayers(['conv1_1', 'relu1_1', 'pool1', 'conv2_1', 'relu2_1'])).to.deep.equal([
      'relu1_1',
      'pool1',
      'relu2_1',
    ]);
    expect(pickableLayers(['/0/Conv_out', '/0/mul', '/1/Conv_out'])).to.deep.equal([
      '/0/Conv_out',
      '/1/Conv_out',
    ]);
    expect(pickableLayers(['a', 'b'])).to.deep.equal(['a', 'b']);
  });

  it('are a selection from all depths if there are too many', () => {
    const many = Array.from({ length: 200 }, (_, i) => `relu${i}`);
    const chosen = pickableLayers(many);
    expect(chosen).to.have.length(48);
    expect([chosen.at(0), chosen.at(-1)]).to.deep.equal(['relu0', 'relu199']);
  });

  it('are added and removed, except the last one', () => {
    expect(toggleLayer({ a: 1 }, 'b')).to.deep.equal({ a: 1, b: 1 });
    expect(toggleLayer({ a: 1, b: 2 }, 'a')).to.deep.equal({ b: 2 });
    expect(toggleLayer({ a: 1 }, 'a')).to.deep.equal({ a: 1 });
  });
});

describe('studio: store', () => {
  it('notifies watchers of a part when that part changes', () => {
    const store = new Store({ a: 1, b: 1 });
    const seen: number[] = [];
    store.watch(
      ({ a }) => [a],
      ([a]) => seen.push(a),
    );
    store.update({ b: 2 });
    store.update({ a: 3 });
    store.update({ a: 3 });
    expect(seen).to.deep.equal([1, 3]);
  });
});
