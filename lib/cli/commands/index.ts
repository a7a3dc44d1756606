import type { CommandTable } from './lazy-commands.js';

/** Every command. */
export const commands: CommandTable = {
  classify: {
    summary: 'tell what pictures show',
    load: async () => (await import('./classify.js')).registerClassify,
  },
  detect: {
    summary: 'find the objects in pictures',
    load: async () => (await import('./detect.js')).registerDetect,
  },
  localize: {
    summary: 'find the one object in a picture',
    load: async () => (await import('./localize.js')).registerLocalize,
  },
  explain: {
    summary: 'show which parts of a picture a classifier uses',
    load: async () => (await import('./explain.js')).registerExplain,
  },
  dream: {
    summary: 'change a picture so that a network sees more of what it sees in it',
    load: async () => (await import('./dream.js')).registerDream,
  },
  style: {
    summary: 'paint one picture in the style of others',
    load: async () => (await import('./style.js')).registerStyle,
  },
  evaluate: {
    summary: 'measure classifiers, detections and segmentations against the truth',
    load: async () => (await import('./evaluate.js')).registerEvaluate,
  },
  inspect: {
    summary: 'list the parts of a model',
    load: async () => (await import('./inspect.js')).registerInspect,
  },
  grad: {
    summary: 'differentiate a model: the gradient as another ONNX file',
    load: async () => (await import('./grad.js')).registerGrad,
  },
  segment: {
    summary: 'give every pixel of pictures a class',
    load: async () => (await import('./segment.js')).registerSegment,
  },
  train: {
    summary: 'train a network on pictures of your own',
    load: async () => (await import('./train.js')).registerTrain,
  },
  models: {
    summary: 'list, pull, verify and convert models',
    load: async () => (await import('./models.js')).registerModels,
  },
};
