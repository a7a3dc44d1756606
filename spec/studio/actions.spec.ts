import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { showError } from '../../lib/studio/actions/context.js';
import { offerShipped } from '../../lib/studio/actions/models.js';
import { addModelFile, offerKept, removeModel } from '../../lib/studio/actions/own-models.js';
import { openPicture, redo, savePicture, undo } from '../../lib/studio/actions/pictures.js';
import { useRecipe } from '../../lib/studio/actions/recipes.js';
import { runRecipe } from '../../lib/studio/actions/rerun.js';
import { resume, start, stop } from '../../lib/studio/actions/runs.js';
import type { ModelInfo, PaintOrder, PaintProgress, PictureInfo } from '../../lib/studio/state/protocol.js';
import { readRecipe, type Recipe, recipeTexts } from '../../lib/studio/state/recipe.js';
import { currentVersion } from '../../lib/studio/state/state.js';
import { defaultSettings } from '../../lib/studio/state/tasks.js';
import { contextWith, deferred, FakeEngine, FakeModelStore, fakePicture, settle } from './fake-engine.js';

const vgg: ModelInfo = {
  id: 'vgg19-slim.onnx',
  name: 'VGG-19 slim',
  kind: 'features',
  layers: ['relu1_1', 'relu2_1'],
  usual: { layers: { relu2_1: 1 } },
  notes: ['VGG-19'],
};
const file = new Blob(['a picture']);

/** A studio with a photograph (1) and a network, and a painting that the test drives. */
async function workshop() {
  const painted = deferred<PictureInfo | null>();
  const progress: { tell: (progress: PaintProgress) => void } = { tell: () => undefined };
  const saved: Readonly<Record<string, string>>[] = [];
  const opened = { ...fakePicture(1), reducedFrom: null, texts: new Map<string, string>() };
  const engine = new FakeEngine({
    open: () => opened,
    forget: () => null,
    load: () => vgg,
    paint: (_, tell) => {
      progress.tell = tell;
      return painted.promise;
    },
    save: ({ texts }) => {
      saved.push(texts);
      return new Blob(['a PNG file']);
    },
  });
  const context = contextWith(engine);
  offerShipped(context, ['vgg19-slim.onnx'], 'models/');
  await openPicture(context, file, 'cat.jpg');
  const running = start(context);
  await settle();
  const step = (done: number) =>
    progress.tell({ kind: 'step', done, total: 4, part: 1, parts: 1, value: done, preview: null });
  const stopAt = (picture: PictureInfo) => progress.tell({ kind: 'stopped', picture });
  return { context, engine, running, painted, step, stopAt, saved };
}

describe('studio: actions', () => {
  it('paint a new version, with the recipe for it', async () => {
    const { context, running, painted, step } = await workshop();
    step(1);
    expect(context.store.state.run).to.include({ status: 'running', done: 1, total: 4 });
    painted.resolve(fakePicture(2));
    await running;
    expect(context.store.state.run?.status).to.equal('done');
    expect(currentVersion(context.store.state)).to.deep.include({
      title: 'Dream on relu2_1',
      recipe: [
        {
          task: 'dream',
          model: 'VGG-19 slim',
          settings: defaultSettings('dream'),
          layers: { layers: { relu2_1: 1 } },
        },
      ],
    });
  });

  it('stop, keep the version so far, resume, and replace that version by the final one', async () => {
    const { context, engine, running, painted, step, stopAt } = await workshop();
    step(2);
    stop(context);
    expect(engine.sent).to.deep.equal(['stop']);
    const half = fakePicture(2);
    stopAt(half);
    expect(context.store.state.run?.status).to.equal('stopped');
    expect(currentVersion(context.store.state)?.recipe[0]?.stoppedAfter).to.equal(2);
    resume(context);
    expect(engine.sent).to.deep.equal(['stop', 'resume']);
    painted.resolve(fakePicture(3));
    await running;
    const { history } = context.store.state;
    expect(history.items.map(({ picture }) => picture.id)).to.deep.equal([1, 3]);
    expect(currentVersion(context.store.state)?.recipe[0]).to.not.have.property('stoppedAfter');
    expect(half.freed()).to.equal(true);
  });

  it('end a stopped painting by undo, and ignore results that arrive later', async () => {
    const { context, engine, running, painted, step, stopAt } = await workshop();
    step(1);
    stopAt(fakePicture(2));
    undo(context);
    expect(engine.sent).to.deep.equal(['end']);
    expect(context.store.state.run?.status).to.equal('done');
    step(2);
    painted.resolve(fakePicture(3));
    await running;
    expect(currentVersion(context.store.state)?.picture.id).to.equal(1);
    redo(context);
    expect(currentVersion(context.store.state)?.picture.id).to.equal(2);
    expect(context.store.state.history.items).to.have.length(2);
  });

  it('start a new run while the one before is still ending', async () => {
    const { context, running, painted, step, stopAt } = await workshop();
    step(1);
    stopAt(fakePicture(2));
    const second = start(context);
    await settle();
    const { id } = context.store.state.run ?? {};
    painted.resolve(null);
    await Promise.all([running, second]);
    expect(id).to.equal(2);
    expect(context.store.state.run?.id).to.equal(2);
  });

  it('show an error as a sentence', async () => {
    const { context, running, painted } = await workshop();
    painted.reject(new OneirosError('too-large', '9×9 pixels would take too much; choose a smaller size'));
    await running;
    expect(context.store.state.notice).to.deep.include({
      tone: 'error',
      text: '9×9 pixels would take too much; choose a smaller size.',
    });
    expect(context.store.state.run?.status).to.equal('done');
  });

  it('save the recipe of the current version', async () => {
    const { context, running, painted, saved } = await workshop();
    painted.resolve(fakePicture(2));
    await running;
    expect((await savePicture(context))?.name).to.equal('cat-dream.png');
    expect(readRecipe(new Map(Object.entries(saved[0] ?? {})))).to.deep.equal(
      currentVersion(context.store.state)?.recipe,
    );
  });

  it('offer the recipe in a picture, and set all controls by it', async () => {
    const settings = { ...defaultSettings('dream'), octaves: 2 };
    const texts = recipeTexts([
      { task: 'dream', model: 'VGG-19 slim', settings, layers: { layers: { relu1_1: 1 } } },
    ]);
    const engine = new FakeEngine({
      open: () => ({ ...fakePicture(1), reducedFrom: null, texts: new Map(Object.entries(texts)) }),
      forget: () => null,
    });
    const context = contextWith(engine);
    offerShipped(context, ['vgg19-slim.onnx'], 'models/');
    context.store.update({ tab: 'classify' });
    await openPicture(context, file, 'dream.png');
    const { notice } = context.store.state;
    expect(notice?.text).to.equal('This picture has its recipe: Dream on relu1_1.');
    notice?.action?.run();
    expect(context.store.state).to.deep.include({ tab: 'dream', layers: { layers: { relu1_1: 1 } } });
    expect(context.store.state.settings.dream['octaves']).to.equal(2);
  });

  const step = (change: Partial<Recipe[number]>): Recipe[number] => ({
    task: 'dream',
    model: 'VGG-19 slim',
    settings: defaultSettings(change.task ?? 'dream'),
    layers: {},
    ...change,
  });

  it('run a whole recipe on the photograph, and stop each step where the recipe did', async () => {
    const orders: PaintOrder[] = [];
    let pictures = 1;
    const engine = new FakeEngine({
      open: () => ({ ...fakePicture(pictures++), reducedFrom: null, texts: new Map() }),
      load: () => vgg,
      paint: (order) => {
        orders.push(order);
        return fakePicture(pictures++);
      },
    });
    const context = contextWith(engine);
    const { store } = context;
    offerShipped(context, ['vgg19-slim.onnx'], 'models/');
    await openPicture(context, file, 'cat.jpg');
    await start(context);
    const recipe = [
      step({ layers: { layers: { relu1_1: 1 } }, stoppedAfter: 3 }),
      step({ settings: { ...defaultSettings('dream'), octaves: 2 } }),
      step({ task: 'style', model: 'vgg19-slim' }),
    ];
    useRecipe(context, recipe);
    expect(store.state).to.deep.include({ tab: 'style', recipe });
    await runRecipe(context, recipe);
    expect(store.state.notice?.text).to.include('choose one, then run the recipe');
    expect(orders, 'nothing runs without a style').to.have.length(1);

    store.update({ styles: [{ picture: fakePicture(90), name: 'waves' }] });
    await runRecipe(context, recipe);
    const [, ...run] = orders;
    expect(run.map(({ task, picture, stopAfter }) => [task, picture, stopAfter])).to.deep.equal([
      ['dream', 1, 3],
      ['dream', 3, null],
      ['style', 4, null],
    ]);
    expect(run[1]?.settings['octaves']).to.equal(2);
    const versions = store.state.history.items.map(({ picture }) => picture.id);
    expect(versions, 'earlier versions stay').to.deep.equal([1, 2, 3, 4, 5]);
    expect(
      currentVersion(store.state)?.recipe.map(({ task, stoppedAfter }) => [task, stoppedAfter]),
    ).to.deep.equal([
      ['dream', 3],
      ['dream', undefined],
      ['style', undefined],
    ]);
  });

  it('end a recipe at the first step that fails', async () => {
    let painted = 0;
    const engine = new FakeEngine({
      open: () => ({ ...fakePicture(1), reducedFrom: null, texts: new Map() }),
      load: () => vgg,
      paint: () => {
        painted++;
        throw new OneirosError('bad-argument', 'there is no such layer');
      },
    });
    const context = contextWith(engine);
    offerShipped(context, ['vgg19-slim.onnx'], 'models/');
    await openPicture(context, file, 'cat.jpg');
    await runRecipe(context, [step({}), step({})]);
    expect(painted).to.equal(1);
    expect(context.store.state.notice?.text).to.equal('There is no such layer.');
  });

  it('recognize the kind of a user’s network, and open its tab', async () => {
    const engine = new FakeEngine({ load: ({ id }) => ({ ...vgg, id, kind: 'detector' }) });
    const context = contextWith(engine);
    await addModelFile(context, new File([], 'yolox.onnx'));
    const { tab, chosen, models } = context.store.state;
    expect(tab).to.equal('detect');
    expect(chosen.detect).to.equal(models[0]?.id);
    expect(chosen.dream).to.equal(null);
  });

  it('keep a user’s network for the next visit, until it is removed', async () => {
    const modelStore = new FakeModelStore();
    const engine = new FakeEngine({
      load: ({ id }) => ({ ...vgg, id, kind: 'segmenter' }),
      unload: () => null,
    });
    await addModelFile(contextWith(engine, modelStore), new File([], 'unet.pt'));
    const later = contextWith(engine, modelStore);
    await offerKept(later);
    const [entry] = later.store.state.models;
    expect(entry).to.deep.include({ name: 'unet.pt', source: { kept: 'unet.pt' }, tasks: ['segment'] });
    expect(later.store.state.chosen.segment).to.equal(entry?.id);
    await removeModel(later, entry!);
    expect(later.store.state.models).to.deep.equal([]);
    expect(later.store.state.chosen.segment).to.equal(null);
    expect(await modelStore.list()).to.deep.equal([]);
    expect(engine.asked).to.include('unload');
  });

  it('replace a network of the same name, and report if it cannot be kept', async () => {
    const engine = new FakeEngine({ load: ({ id }) => ({ ...vgg, id }), unload: () => null });
    const context = contextWith(engine, new FakeModelStore(0));
    await addModelFile(context, new File([], 'net.onnx'));
    await addModelFile(context, new File([], 'net.onnx'));
    const { models, chosen, notice } = context.store.state;
    expect(models).to.have.length(1);
    expect(chosen.dream).to.equal(models[0]?.id);
    expect(notice?.text).to.equal(
      'net.onnx is ready. It is not kept for your next visit: your browser has no room for it.',
    );
  });

  it('leave an error that comes up while a network is read', async () => {
    const engine = new FakeEngine({
      load: ({ id }) => {
        showError(context, new OneirosError('bad-argument', 'there is no style picture: choose one'));
        return { ...vgg, id };
      },
    });
    const context = contextWith(engine);
    await addModelFile(context, new File([], 'net.onnx'));
    expect(context.store.state.chosen.dream).to.equal(context.store.state.models[0]?.id);
    expect(context.store.state.notice?.text).to.equal('There is no style picture: choose one.');
  });

  it('remove a network that could not be read', async () => {
    const engine = new FakeEngine({
      load: () => {
        throw new OneirosError('bad-input', 'not a valid ONNX file');
      },
    });
    const context = contextWith(engine);
    await addModelFile(context, new File([], 'notes.txt'));
    expect(context.store.state.models).to.deep.equal([]);
    expect(context.store.state.notice?.text).to.equal(
      'notes.txt cannot be used as a network: not a valid ONNX file.',
    );
  });

  it('retry on WebAssembly if the GPU fails and the user did not choose it', async () => {
    const engine = new FakeEngine({
      open: () => ({ ...fakePicture(1), reducedFrom: null, texts: new Map() }),
      forget: () => null,
      load: () => vgg,
      selectProvider: () => 'wasm',
      paint: () => {
        if (engine.asked.filter((kind) => kind === 'paint').length === 1)
          throw new OneirosError('runtime', 'the device was lost');
        return fakePicture(2);
      },
    });
    const context = contextWith(engine);
    offerShipped(context, ['vgg19-slim.onnx'], 'models/');
    context.store.update({ provider: { wanted: 'auto', runs: 'webgpu' } });
    await openPicture(context, file, 'cat.jpg');
    await start(context);
    expect(context.store.state.provider.runs).to.equal('wasm');
    expect(currentVersion(context.store.state)?.picture.id).to.equal(2);
  });
});
