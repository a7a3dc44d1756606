import { OneirosError } from '../../base/errors.js';
import { expectedOf } from '../../base/option-table.js';
import { own } from '../../base/own.js';
import type { LayerWeights } from '../../tasks/common/layers.js';
import { defaultSettings, isTaskId, type LayerRole, type Settings, type TaskId, tasks } from './tasks.js';

// A recipe is checked by hand: its settings by the tasks' option tables, its layers by names of which valibot's `record`
// would leave some out.

/** How one picture was made of another. */
export interface RecipeStep {
  readonly task: TaskId;
  /** The network's name. */
  readonly model: string;
  readonly settings: Settings;
  readonly layers: Readonly<Partial<Record<LayerRole, LayerWeights>>>;
  /** How many steps were done, where it was stopped before its end. */
  readonly stoppedAfter?: number;
  /** Options of the command line that it was made with and this page does not have: `guide "a.jpg"`. */
  readonly beyond?: readonly string[];
}

/** How a picture was made of a photograph, one step after another. */
export type Recipe = readonly RecipeStep[];

/** The keyword under which a PNG file keeps a whole recipe; the last step is in its comment as well, as the CLI has it. */
const keyword = 'oneiros';
const limits = { text: 100_000, steps: 64, layers: 256, name: 300, beyond: 16 };

/** A recipe as texts to be kept in a PNG file. */
export function recipeTexts(recipe: Recipe): Readonly<Record<string, string>> {
  const last = recipe.at(-1);
  if (last === undefined) return { Software: 'oneiros' };
  const { layers, contentLayers, styleLayers } = last.layers;
  const flags = {
    model: last.model,
    ...last.settings,
    ...(layers && { layer: layers }),
    ...(contentLayers && { contentLayer: contentLayers }),
    ...(styleLayers && { styleLayer: styleLayers }),
  };
  return {
    Software: 'oneiros',
    Comment: `oneiros ${last.task} ${JSON.stringify(flags)}`,
    [keyword]: JSON.stringify({ steps: recipe }),
  };
}

/**
 * The recipe in a PNG file's texts, the studio's or the command line's; `null` if there is none. What it says of options
 * that are unknown here is left out, those that it does not name have their defaults.
 * @throws OneirosError `bad-input` if there is one that makes no sense
 */
export function readRecipe(texts: ReadonlyMap<string, string>): Recipe | null {
  const whole = texts.get(keyword);
  if (whole !== undefined) return recipeOf(parse(whole));
  const [, task, flags] = /^oneiros (\w+) (\{.*\})$/s.exec(texts.get('Comment') ?? '') ?? [];
  if (task === undefined || flags === undefined || !isTaskId(task)) return null;
  const given = record(parse(flags));
  const beyond = beyondPage(task, given);
  const step = stepOf({
    task,
    model: given['model'],
    settings: given,
    layers: {
      layers: given['layer'],
      contentLayers: given['contentLayer'],
      styleLayers: given['styleLayer'],
    },
  });
  return [{ ...step, ...(beyond.length > 0 && { beyond }) }];
}

/** What the command line has, the page has not, and makes no difference at these values. */
const neutral: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['pooling', 'max'],
  ['preprocessing', 'auto'],
  ['frames', 1],
]);
const zooming: ReadonlySet<string> = new Set(['zoom', 'rotate']);

function beyondPage(task: TaskId, given: Readonly<Record<string, unknown>>): readonly string[] {
  const still = own(given, 'frames') === undefined || own(given, 'frames') === 1;
  const known = new Set([
    ...Object.keys(tasks[task].options),
    'model',
    'layer',
    'contentLayer',
    'styleLayer',
  ]);
  return Object.entries(given)
    .filter(
      ([name, value]) => !known.has(name) && neutral.get(name) !== value && !(still && zooming.has(name)),
    )
    .slice(0, limits.beyond)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`.slice(0, limits.name));
}

function parse(text: string): unknown {
  if (text.length > limits.text) throw damaged('it is far too long');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged('it is cut short or was changed', cause);
  }
}

function recipeOf(value: unknown): Recipe {
  const { steps } = record(value);
  if (!Array.isArray(steps) || steps.length === 0 || steps.length > limits.steps)
    throw damaged('it has no steps');
  return steps.map(stepOf);
}

function stepOf(value: unknown): RecipeStep {
  const { task, model, settings, layers, stoppedAfter } = record(value);
  if (!isTaskId(task)) throw damaged('it is of a task that is not known here');
  const chosen = record(layers ?? {});
  const roles = tasks[task].roles.flatMap((role): [LayerRole, LayerWeights][] =>
    own(chosen, role) === undefined ? [] : [[role, layersOf(own(chosen, role))]],
  );
  return {
    task,
    model: typeof model === 'string' ? model.slice(0, limits.name) : '',
    settings: settingsOf(task, record(settings ?? {})),
    layers: Object.fromEntries(roles),
    ...(typeof stoppedAfter === 'number' && Number.isInteger(stoppedAfter) && { stoppedAfter }),
  };
}

function settingsOf(task: TaskId, given: Readonly<Record<string, unknown>>): Settings {
  const values = Object.entries(tasks[task].options).map(([name, option]): [string, Settings[string]] => {
    const value = own(given, name);
    if (value === undefined) return [name, option.default];
    const expected = expectedOf(option, value);
    if (expected === null && isSetting(value)) return [name, value];
    throw damaged(`${name} must be ${expected ?? 'a plain value'}`);
  });
  return { ...defaultSettings(task), ...Object.fromEntries(values) };
}

function isSetting(value: unknown): value is Settings[string] {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
}

function layersOf(value: unknown): LayerWeights {
  const entries = Object.entries(record(value));
  if (entries.length === 0 || entries.length > limits.layers) throw damaged('it names no layers');
  return Object.fromEntries(
    entries.map(([name, weight]) => {
      if (typeof weight !== 'number' || !Number.isFinite(weight) || name.length > limits.name)
        throw damaged('the weight of a layer is no number');
      return [name, weight];
    }),
  );
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw damaged('it has another form');
  return Object.fromEntries<unknown>(Object.entries(value));
}

function damaged(why: string, cause?: unknown): OneirosError {
  return new OneirosError('bad-input', `the recipe in this picture cannot be read: ${why}`, { cause });
}
