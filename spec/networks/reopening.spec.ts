import { expect } from 'chai';

import { valueAndGrad } from '../../lib/gradients/value-and-grad.js';
import { solid } from '../../lib/image/image.js';
import { loadClassifier } from '../../lib/networks/classifier/load.js';
import { loadDetector } from '../../lib/networks/detector/load.js';
import { UNet } from '../../lib/networks/segmenter/unet.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { HeldSession } from '../../lib/runtime/held-session.js';
import { openSession } from '../../lib/runtime/session.js';
import { Explainer } from '../../lib/tasks/explain/explainer.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { killingSignal } from '../runtime/killing-signal.js';
import { addModel } from '../runtime/models.js';
import { classifier, segmenter } from '../studio/slim-files.js';
import { yolox } from './detector/small-yolox.js';

const placement = { isolation: 'process' } as const;
const photo = solid({ width: 32, height: 32 }, [0.2, 0.5, 0.9]);
const reason = new Error('enough');

/** Kills the process during the work, and checks that a repetition gives the same result as before. */
async function survives<T>(work: (signal?: AbortSignal) => Promise<T>): Promise<void> {
  const before = await work();
  const killed: unknown = await work(killingSignal(reason)).catch((error: unknown) => error);
  expect(killed).to.equal(reason);
  expect(await work()).to.deep.equal(before);
}

describe('after its process was killed, a session is opened again', () => {
  it('by a classifier and its features', async () => {
    await using network = await loadClassifier(classifier().bytes, { placement });
    await survives((signal) => network.classify(photo, signal && { signal }));
    await survives((signal) => network.features(photo, [network.layers[0]!], signal && { signal }));
  });

  it('by a detector', async () => {
    await using network = await loadDetector(yolox([[20, [0.5, 0.5, 0, 0, 0.9, 1, 0]]]), { placement });
    await survives((signal) => network.detect(photo, signal && { signal }));
  });

  it('by a segmenter', async () => {
    await using network = await UNet.load((await segmenter()).bytes, { placement });
    await survives((signal) => network.segment(photo, signal && { signal }));
  });

  it('by an explainer', async () => {
    await using network = await loadClassifier(classifier().bytes, { placement });
    await using explainer = new Explainer(network);
    await survives((signal) => explainer.explain(photo, signal && { signal }));
  });

  it('by a gradient', async () => {
    const b = new Builder();
    b.output(b.sum(b.square(b.input('x', 'float32', [3]))), 'loss');
    await using gradient = await valueAndGrad(b.model(), { loss: 'loss', placement });
    await survives((signal) => gradient({ x: float32([1, 2, 3]) }, signal && { signal }));
  });

  it('for waiting runs, also if an earlier attempt to open it failed', async () => {
    await using held = new HeldSession();
    const feeds = () => ({ x: float32([1, 2, 3], [1, 3]), y: float32([10, 20, 30], [1, 3]) });
    const opening = { key: 'add', open: () => openSession(addModel(), placement) };
    const failing = { key: 'add', open: () => Promise.reject(new Error('no room')) };
    const runs = [
      held.run(failing, feeds()),
      held.run(opening, feeds(), { signal: killingSignal(reason) }),
      held.run(opening, feeds()),
    ];
    const [first, second, third] = await Promise.allSettled(runs);
    expect(first).to.have.property('reason').with.property('message', 'no room');
    expect(second).to.have.property('reason', reason);
    expect(third)
      .to.have.nested.property('value.z')
      .that.deep.equals(float32([11, 22, 33], [1, 3]));
  });
});
