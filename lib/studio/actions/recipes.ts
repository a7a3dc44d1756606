import { messageOf } from '../../base/errors.js';
import { readRecipe, type Recipe, type RecipeStep } from '../state/recipe.js';
import { type ModelEntry, modelsFor, type State } from '../state/state.js';
import { tasks } from '../state/tasks.js';
import { type Context, notify, showError } from './context.js';

/** Offers the recipe of a picture; if it is damaged, shows an error. */
export function offerRecipe(context: Context, texts: ReadonlyMap<string, string>): void {
  try {
    const recipe = readRecipe(texts);
    if (recipe === null) return;
    notify(context, `This picture has its recipe: ${summary(recipe)}.`, 'info', {
      title: 'Use its recipe',
      run: () => useRecipe(context, recipe, 'Open another picture to run it on, or run it on this one.'),
    });
  } catch (error) {
    notify(context, `The picture is fine, but ${messageOf(error)}.`, 'error');
  }
}

/** Uses the recipe of a picture file for the current picture. */
export async function loadRecipe(context: Context, file: Blob): Promise<void> {
  try {
    const { id, texts } = await context.engine.call('open', { file }).answer;
    context.engine.call('forget', { pictures: [id] });
    const recipe = readRecipe(texts);
    if (recipe !== null) useRecipe(context, recipe);
    else
      notify(
        context,
        'There is no recipe in this picture: only PNG files saved by oneiros have one.',
        'error',
      );
  } catch (error) {
    showError(context, error);
  }
}

/** Makes a recipe the current one, which can be run on any picture, and sets all controls to its values. */
export function useRecipe(context: Context, recipe: Recipe, next = ''): void {
  const last = recipe.at(-1);
  if (last === undefined) return;
  for (const step of recipe) setControls(context, step);
  context.store.update({ recipe });
  const beyond = recipe.flatMap((step) => step.beyond ?? []);
  const missing =
    beyond.length === 0 ? '' : `It was made with ${beyond.join(', ')}, which this page does not support.`;
  const set = `All controls are set as they were for “${tasks[last.task].title}”.`;
  notify(context, [set, missing, next].filter((text) => text !== '').join(' '));
}

/**
 * Sets all controls to the values of a step, and opens its tab. If its network is not here, the tab keeps its network.
 */
export function setControls({ store }: Context, step: RecipeStep): void {
  const { task, settings, layers } = step;
  const network = networkOf(store.state, step);
  const { roles } = tasks[task];
  // A role that the step does not mention has the network's default layers.
  const others = Object.entries(store.state.layers).filter(([role]) => roles.every((own) => own !== role));
  store.update({
    tab: task,
    settings: { ...store.state.settings, [task]: settings },
    layers: { ...Object.fromEntries(others), ...layers },
    chosen: network === null ? store.state.chosen : { ...store.state.chosen, [task]: network.id },
  });
}

/** The network of a step; recipes of the command line name it by its file. `null` if it is not here. */
export function networkOf(state: State, { task, model }: RecipeStep): ModelEntry | null {
  return modelsFor(state, task).find(({ name, id }) => name === model || id === `${model}.onnx`) ?? null;
}

/** “Dream on relu4_3, then Style”. */
export function summary(recipe: Recipe): string {
  return recipe.map(titleOfStep).join(', then ');
}

export function titleOfStep({ task, layers }: RecipeStep): string {
  const names = Object.keys(layers.layers ?? {});
  const [first = ''] = names;
  if (task !== 'dream' || first === '') return tasks[task].title;
  return `${tasks[task].title} on ${first}${names.length > 1 ? ` and ${names.length - 1} more` : ''}`;
}
