import { grad } from '../../../lib/autodiff/grad.js';
import { toTensor } from '../../../lib/image/image.js';
import type { Network } from '../../../lib/networks/network.js';
import { Builder } from '../../../lib/onnx/builder/builder.js';
import type { Model } from '../../../lib/onnx/graph/graph.js';
import { extractSubgraph } from '../../../lib/onnx/passes/extract.js';
import { openModel } from '../../../lib/runtime/open-model.js';
import { float32Of, numberOf } from '../../../lib/tensor/results.js';
import type { Bench } from '../frame/bench.js';
import { type Case, contender, timed } from '../frame/case.js';
import type { BenchNetwork } from '../models/classifiers.js';
import { photograph, pictureFile } from '../models/picture-file.js';

/**
 * Forms of PyTorch by the names of their columns. Compilation takes up to minutes and large pictures take long, so not
 * all are run in every form.
 */
export function torchForms(
  size: number,
  { options: { quick } }: Bench,
): Readonly<Record<string, { readonly form: string }>> {
  const eager = { PyTorch: { form: 'eager' } };
  if (size > 1024) return eager;
  const last = { ...eager, channels_last: { form: 'channels_last' } };
  return size > 512 || quick ? last : { ...last, compiled: { form: 'compiled' } };
}

interface GradientCase extends Pick<Case, 'quick' | 'rounds'> {
  readonly size: number;
}

/** ½ mean a² of a network's layer and its gradient with respect to the image. */
export function imageGradient(network: BenchNetwork, settings: GradientCase): Case {
  return {
    ...settings,
    name: `${network.title}, forward + gradient`,
    open: (bench) => open(bench, network, settings.size, 'gradient.of_image'),
  };
}

/** The forward pass of a network alone. */
export function forwardPass(network: BenchNetwork, settings: GradientCase): Case {
  return {
    ...settings,
    name: `${network.title}, forward`,
    open: (bench) => open(bench, network, settings.size, 'gradient.forward'),
  };
}

async function open(
  bench: Bench,
  network: BenchNetwork,
  size: number,
  task: 'gradient.of_image' | 'gradient.forward',
) {
  const weights = await network.weights(bench.folder);
  const picture = await photograph('astronaut.jpg', size);
  const loaded = await network.load(weights, bench.placement);
  const isGradient = task === 'gradient.of_image';
  const model = isGradient ? gradientModel(loaded, network.layer) : forwardModel(loaded, network.layer);
  const session = await openModel(model, bench.placement);
  const feeds = { [loaded.image]: toTensor(picture) };
  const run = async () => {
    const results = await session.run(feeds);
    if (isGradient) return [numberOf(results, 'loss'), norm(float32Of(results, `d_${loaded.image}`).data)];
    return [norm(float32Of(results, model.graph.outputs[0]?.name ?? '').data)];
  };
  const file = await pictureFile(bench.folder, 'astronaut', picture);
  return [
    contender(
      'oneiros',
      () => timed(run),
      () => session.dispose(),
    ),
    ...(await bench.peers(
      { task, network_name: network.peer, weights, picture: file, size },
      torchForms(size, bench),
    )),
  ];
}

function forwardModel(network: Network, layer: string): Model {
  return extractSubgraph(network.model, [network.image], [network.layer(layer)]);
}

/** The graph from the image to `loss`, ½ mean a² of a layer, and the image's gradient. */
export function gradientModel(network: Network, layer: string): Model {
  const b = new Builder();
  b.load(forwardModel(network, layer).graph);
  b.output(b.mul(b.mean(b.square(b.value(network.layer(layer)))), 0.5), 'loss');
  return grad(b.model(), { loss: 'loss', wrt: [network.image] });
}

function norm(data: Float32Array): number {
  return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
}
