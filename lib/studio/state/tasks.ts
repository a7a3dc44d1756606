import type { Option, OptionTable } from '../../base/option-table.js';
import { classifyOptions } from '../../networks/classifier/classifier.js';
import { detectOptions } from '../../networks/detector/detector.js';
import { segmentOptions } from '../../networks/segmenter/segmenter.js';
import { dreamOptions } from '../../tasks/dream/options.js';
import { styleOptions } from '../../tasks/style/options.js';

export const taskIds = ['dream', 'style', 'detect', 'segment', 'classify'] as const;
export type TaskId = (typeof taskIds)[number];

/** The kinds of networks that tasks need. */
export type NetworkKind = 'features' | 'detector' | 'segmenter';

/** What layers are chosen for. */
export type LayerRole = 'layers' | 'contentLayers' | 'styleLayers';

/** The values of a task's options, by name. */
export type Settings = Readonly<Record<string, number | string | boolean>>;

/** A tab of the page. */
export interface Task {
  readonly title: string;
  /** A sentence about what it does. */
  readonly about: string;
  /** The same options as the API's and the command line's, with their defaults. */
  readonly options: OptionTable;
  /** The options that are shown first, in order; the others are folded away. */
  readonly first: readonly string[];
  readonly kind: NetworkKind;
  readonly roles: readonly LayerRole[];
  /** Whether it makes a new picture, step by step; otherwise it analyzes the current one. */
  readonly paints: boolean;
}

// The page shows only the label map, so the option for probabilities has no effect here.
const segmentChoices: OptionTable = Object.fromEntries(
  Object.entries(segmentOptions).filter(([name]) => name !== 'probabilities'),
);

export const tasks: Readonly<Record<TaskId, Task>> = {
  dream: {
    title: 'Dream',
    about: 'Changes the picture so that layers of the network respond more strongly.',
    options: dreamOptions,
    first: ['size', 'octaves', 'steps', 'stepSize'],
    kind: 'features',
    roles: ['layers'],
    paints: true,
  },
  style: {
    title: 'Style',
    about: 'Paints your picture in the style of another.',
    options: styleOptions,
    first: ['size', 'iterations', 'styleWeight', 'contentWeight', 'keepColors'],
    kind: 'features',
    roles: ['styleLayers', 'contentLayers'],
    paints: true,
  },
  detect: {
    title: 'Detect',
    about: 'Finds objects: what they are, where they are, and how sure the network is.',
    options: detectOptions,
    first: ['score', 'limit'],
    kind: 'detector',
    roles: [],
    paints: false,
  },
  segment: {
    title: 'Segment',
    about: 'Gives every pixel a class.',
    options: segmentChoices,
    first: ['threshold'],
    kind: 'segmenter',
    roles: [],
    paints: false,
  },
  classify: {
    title: 'Classify',
    about: 'What the picture shows, the most probable first.',
    options: classifyOptions,
    first: ['top'],
    kind: 'features',
    roles: [],
    paints: false,
  },
};

export function isTaskId(text: unknown): text is TaskId {
  return taskIds.some((id) => id === text);
}

/** Every option of a task at its default. */
export function defaultSettings(task: TaskId): Settings {
  return Object.fromEntries(optionsOf(task).map(([name, option]) => [name, option.default]));
}

export function optionsOf(task: TaskId): readonly (readonly [string, Option])[] {
  return Object.entries(tasks[task].options);
}

/** An option's name as people read it: stepSize is “Step size”, tvWeight “TV weight”. */
export function titleOf(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^tv\b/, 'TV');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const roleTitles: Readonly<Record<LayerRole, string>> = {
  layers: 'Layers to amplify',
  contentLayers: 'Content',
  styleLayers: 'Style',
};
