import { messageOf } from '../../base/errors.js';
import { readRecipe, type Recipe, type RecipeStep } from '../state/recipe.js';
import { type ModelEntry, modelsFor, type State } from '../state/state.js';
import { tasks } from '../state/tasks.js';
import { complain, type Context, tell } from './context.js';

/** Asks whether a recipe that came with a picture is to be used; a damaged one is said to be so. */
export function offerRecipe(context: Context, texts: ReadonlyMap<string, string>): void {
  try {
    const recipe = readRecipe(texts);
    if (recipe === null) return;
    tell(context, `This picture knows how it was made: ${summary(recipe)}.`, 'info', {
      title: 'Use its recipe',
      run: () =>
        useRecipe(context, recipe, 'Open the picture that it is to be used on, or use it on this one.'),
    });
  } catch (error) {
    tell(context, `The picture is fine, but ${messageOf(error)}.`, 'error');
  }
}

/** Takes the recipe of a picture file for the picture that is looked at. */
export async function loadRecipe(context: Context, file: Blob): Promise<void> {
  try {
    const { id, texts } = await context.engine.call('open', { file }).answer;
    context.engine.call('forget', { pictures: [id] });
    const recipe = readRecipe(texts);
    if (recipe !== null) useRecipe(context, recipe);
    else
      tell(context, 'There is no recipe in this picture: only PNG files saved by oneiros have one.', 'error');
  } catch (error) {
    complain(context, error);
  }
}

/** Has a recipe at hand, to be run on any picture, and sets every control as it was for it. */
export function useRecipe(context: Context, recipe: Recipe, next = ''): void {
  const last = recipe.at(-1);
  if (last === undefined) return;
  for (const step of recipe) setControls(context, step);
  context.store.update({ recipe });
  const beyond = recipe.flatMap((step) => step.beyond ?? []);
  const lacking =
    beyond.length === 0 ? '' : `But it was made with ${beyond.join(', ')}, which this page does not have.`;
  const set = `Everything is set as it was for “${tasks[last.task].title}”.`;
  tell(context, [set, lacking, next].filter((text) => text !== '').join(' '));
}

/** Sets every control as it was for a step, and opens its tab; where its network is not here, there stays another. */
export function setControls({ store }: Context, step: RecipeStep): void {
  const { task, settings, layers } = step;
  const network = networkOf(store.state, step);
  const { roles } = tasks[task];
  // A role that it says nothing about has the network's usual layers.
  const others = Object.entries(store.state.layers).filter(([role]) => roles.every((own) => own !== role));
  store.update({
    tab: task,
    settings: { ...store.state.settings, [task]: settings },
    layers: { ...Object.fromEntries(others), ...layers },
    chosen: network === null ? store.state.chosen : { ...store.state.chosen, [task]: network.id },
  });
}

/** The network of a step, which the command line calls by its file's name; `null` where it is not here. */
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
