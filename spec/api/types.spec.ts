import { expectTypeOf } from 'expect-type';
import {
  type Classification,
  type Classifier,
  classify,
  type classifyEachOptions,
  type ClassifyEachParameters,
  type classifyOptions,
  type ClassifyParameters,
  detect,
  detectEach,
  type detectEachOptions,
  type DetectEachParameters,
  type Detection,
  type detectOptions,
  type Detector,
  type DetectParameters,
  dream,
  type DreamOptions,
  type dreamOptions,
  type DreamParameters,
  type DreamStep,
  type explainOptions,
  type ExplainParameters,
  type Given,
  type Image,
  loadClassifier,
  loadDetector,
  loadNetwork,
  loadSegmenter,
  localize,
  type localizeOptions,
  type LocalizeParameters,
  type OptionValues,
  type PictureStep,
  type Placement,
  type Segmenter,
  type segmentOptions,
  type SegmentParameters,
  type slidingWindowOptions,
  type SlidingWindowParameters,
  style,
  type styleOptions,
  type StyleParameters,
  type StyleStep,
  type VGG19Parameters,
  type zoomOptions,
  type ZoomParameters,
} from 'oneiros';
import type { CocoQuirks, cocoQuirks } from 'oneiros/metrics';
import { type Model, rule, type Value, valueAndGrad } from 'oneiros/onnx';
import type { SessionOptions } from 'oneiros/runtime';
import {
  fit,
  type fitOptions,
  type FitParameters,
  losses,
  type trainUNetOptions,
  type TrainUNetParameters,
} from 'oneiros/train';

import { vgg19Options } from '../../lib/networks/classifier/published-classifiers.js';

// The compiler checks these types; nothing here runs.
declare const network: Classifier & Detector;
declare const picture: Image;
declare const model: Model;

describe('the types of the public names', () => {
  it("give a table's options the types of their defaults", () => {
    expectTypeOf<OptionValues<typeof dreamOptions>['octaves']>().toEqualTypeOf<number>();
    expectTypeOf<OptionValues<typeof dreamOptions>['objective']>().toEqualTypeOf<'l2' | 'mean'>();
    expectTypeOf<OptionValues<typeof dreamOptions>['cascade']>().toEqualTypeOf<boolean>();
    expectTypeOf<Given<typeof dreamOptions>['seed']>().toEqualTypeOf<number | undefined>();
  });

  it('show an editor the options of the tables', () => {
    expectTypeOf<ClassifyParameters>().toEqualTypeOf<Given<typeof classifyOptions>>();
    expectTypeOf<ClassifyEachParameters>().toEqualTypeOf<Given<typeof classifyEachOptions>>();
    expectTypeOf<CocoQuirks>().toEqualTypeOf<Given<typeof cocoQuirks>>();
    expectTypeOf<DetectParameters>().toEqualTypeOf<Given<typeof detectOptions>>();
    expectTypeOf<DetectEachParameters>().toEqualTypeOf<Given<typeof detectEachOptions>>();
    expectTypeOf<DreamParameters>().toEqualTypeOf<Given<typeof dreamOptions>>();
    expectTypeOf<ExplainParameters>().toEqualTypeOf<Given<typeof explainOptions>>();
    expectTypeOf<FitParameters>().toEqualTypeOf<Given<typeof fitOptions>>();
    expectTypeOf<LocalizeParameters>().toEqualTypeOf<Given<typeof localizeOptions>>();
    expectTypeOf<SegmentParameters>().toEqualTypeOf<Given<typeof segmentOptions>>();
    expectTypeOf<SlidingWindowParameters>().toEqualTypeOf<Given<typeof slidingWindowOptions>>();
    expectTypeOf<StyleParameters>().toEqualTypeOf<Given<typeof styleOptions>>();
    expectTypeOf<TrainUNetParameters>().toEqualTypeOf<Given<typeof trainUNetOptions>>();
    expectTypeOf<VGG19Parameters>().toEqualTypeOf<Given<typeof vgg19Options>>();
    expectTypeOf<ZoomParameters>().toEqualTypeOf<Given<typeof zoomOptions>>();
  });

  it('have one function for one picture and another for many', () => {
    expectTypeOf(detect).returns.resolves.toEqualTypeOf<readonly Detection[]>();
    expectTypeOf(classify).returns.resolves.toEqualTypeOf<readonly Classification[]>();
    type Found = ReturnType<typeof detectEach<number>> extends AsyncGenerator<infer F> ? F : never;
    expectTypeOf<Found['key']>().toEqualTypeOf<number>();
    type Computed = Extract<Found, { readonly error?: undefined }>;
    expectTypeOf<Computed['detections']>().toEqualTypeOf<readonly Detection[]>();
    expectTypeOf<Computed['image']>().toEqualTypeOf<Image>();
    expectTypeOf<Found['image']>().toEqualTypeOf<Image | null>();
    // @ts-expect-error detectEach is for many pictures
    () => detect(network, [picture]);
    // @ts-expect-error a picture of detectEach has a key
    () => detectEach(network, [picture]);
    // @ts-expect-error an unknown option
    () => detect(network, picture, { scores: 0.5 });
    // @ts-expect-error batch is an option of detectEach
    () => detect(network, picture, { batch: 2 });
  });

  it('give the class that is loaded', () => {
    expectTypeOf(loadClassifier).returns.resolves.toEqualTypeOf<Classifier>();
    expectTypeOf(loadDetector).returns.resolves.toEqualTypeOf<Detector>();
    expectTypeOf(loadSegmenter).returns.resolves.toEqualTypeOf<Segmenter>();
    expectTypeOf(loadNetwork).returns.resolves.toEqualTypeOf<Classifier | Detector | Segmenter>();
    () => loadNetwork(new Uint8Array());
    () => loadNetwork(model);
    // @ts-expect-error it is a promise
    () => loadNetwork(Promise.resolve('googlenet'));
    // @ts-expect-error the option is placement
    () => loadClassifier('googlenet', { provider: 'cpu' });
  });

  it('have one word for where a network runs: placement', () => {
    expectTypeOf<Placement>().toEqualTypeOf<
      Pick<SessionOptions, 'provider' | 'deviceId' | 'isolation' | 'threads' | 'assets'>
    >();
    expectTypeOf<DreamOptions['placement']>().toEqualTypeOf<Placement | undefined>();
    expectTypeOf<Parameters<typeof fit>[2]['placement']>().toEqualTypeOf<Placement | undefined>();
    () => dream(network, picture, { placement: { provider: 'cpu' } });
    // @ts-expect-error the option is called placement
    () => dream(network, picture, { session: { provider: 'cpu' } });
    // @ts-expect-error for gradients, too
    () => valueAndGrad(model, { loss: 'loss', isolation: 'none' });
    // @ts-expect-error a placement has no signal
    () => style(network, picture, [picture], { placement: { signal: AbortSignal.abort() } });
  });

  it('have the same fields in every step', () => {
    expectTypeOf<DreamStep>().toExtend<PictureStep>();
    expectTypeOf<StyleStep>().toExtend<PictureStep>();
    expectTypeOf(localize).returns.resolves.toExtend<Detection | null>();
  });

  it('give a rule the inputs that it names', () => {
    rule(1, ({ x, dy }) => {
      expectTypeOf(x).toEqualTypeOf<readonly [Value, ...(Value | undefined)[]]>();
      return [dy];
    });
    rule(2, ({ x, dy }) => {
      expectTypeOf(x).toEqualTypeOf<readonly [Value, Value, ...(Value | undefined)[]]>();
      return [dy, dy];
    });
    // @ts-expect-error a rule can require at most three inputs
    () => rule(5, ({ dy }) => [dy]);
  });

  it('distinguish losses from the functions that make them', () => {
    expectTypeOf(losses.bce()).toExtend<Parameters<typeof losses.sum>[0][string]>();
    // @ts-expect-error the function must be called to get a loss
    () => losses.sum({ bce: losses.bce });
  });
});
