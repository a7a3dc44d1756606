import { OneirosError } from '../../base/errors.js';
import { expectedOf } from '../../base/option-table.js';
import { own } from '../../base/own.js';
import type { LayerWeights } from '../../tasks/common/layers.js';
import { defaultSettings, isTaskId, type LayerRole, type Settings, type TaskId, tasks } from './tasks.js';

// Recipes are checked by hand, without valibot: settings by the tasks' option tables; layers because valibot's `record`
// omits some names.

/** How one picture was made from another. */
export interface RecipeStep {
  readonly task: TaskId;
  /** The network's name. */
  readonly model: string;
  readonly settings: Settings;
  readonly layers: Readonly<Partial<Record<LayerRole, LayerWeights>>>;
  /** The number of steps done, if it was stopped early. */
  readonly stoppedAfter?: number;
  /** Options of the command line that this page does not have, such as `guide "a.jpg"`. */
  readonly beyond?: readonly string[];
}

/** How a picture was made from a photograph, step by step. */
export type Recipe = readonly RecipeStep[];

/** The keyword of a recipe in a PNG file. The last step is in the comment as well, in the form of the command line. */
const keyword = 'oneiros';
const limits = { text: 100_000, steps: 64, layers: 256, name: 300, beyond: 16 };

/** A recipe as texts for a PNG file. */
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
 * The recipe in a PNG file's texts, from the studio or the command line; `null` if there is none. Unknown options are
 * omitted, and missing ones have their defaults.
 * @throws OneirosError `bad-input` if the recipe is not valid
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

/** Options that only the command line has, with the values at which they have no effect. */
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
  if (text.length > limits.text) throw damaged(`it is longer than ${limits.text} characters`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged('it is truncated or was changed', cause);
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
  if (!isTaskId(task)) throw damaged('this page does not know its task');
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
        throw damaged('the weight of a layer is not a number, or its name is too long');
      return [name, weight];
    }),
  );
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw damaged('it does not have the form of a recipe');
  return Object.fromEntries<unknown>(Object.entries(value));
}

function damaged(why: string, cause?: unknown): OneirosError {
  return new OneirosError('bad-input', `the recipe in this picture cannot be read: ${why}`, { cause });
}
