import { messageOf } from '../../errors.js';
import { readRecipe, type Recipe, type RecipeStep } from '../recipe.js';
import { modelsFor } from '../state.js';
import { tasks } from '../tasks.js';
import { complain, tell, type Context } from './context.js';

/** Asks whether a recipe that came with a picture is to be used; a damaged one is said to be so. */
export function offerRecipe(context: Context, texts: ReadonlyMap<string, string>): void {
  try {
    const recipe = readRecipe(texts);
    if (recipe === null) return;
    tell(context, `This picture knows how it was made: ${summary(recipe)}.`, 'info', {
      title: 'Use its recipe',
      run: () => useRecipe(context, recipe),
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

/** Sets every control as it was for the recipe's last step. */
export function useRecipe(context: Context, recipe: Recipe): void {
  const step = recipe.at(-1);
  if (step === undefined) return;
  const { store } = context;
  const { task, settings, layers, model } = step;
  const known = modelsFor(store.state, task).find(({ name }) => name === model);
  store.update({
    tab: task,
    settings: { ...store.state.settings, [task]: settings },
    layers: { ...store.state.layers, ...layers },
    chosen: known ? { ...store.state.chosen, [task]: known.id } : store.state.chosen,
    notice: null,
  });
  const missing = known !== undefined || model === '' ? '' : ` It was made with ${model}, which is not here.`;
  const before = recipe.length > 1 ? ` Before that came ${summary(recipe.slice(0, -1))}.` : '';
  tell(context, `Everything is set as it was for “${tasks[task].title}”.${before}${missing}`);
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
