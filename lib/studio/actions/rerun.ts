import { jump } from '../state/history.js';
import type { Recipe } from '../state/recipe.js';
import { currentVersion, isBusy, photograph } from '../state/state.js';
import { tasks } from '../state/tasks.js';
import { type Context, notify } from './context.js';
import { setHistory } from './pictures.js';
import { setControls } from './recipes.js';
import { start } from './runs.js';

/**
 * Runs a recipe on the photograph: all its steps, in order, each stopped after the same step as in the recipe. Earlier
 * versions stay. Ends at the first step that fails or is stopped.
 */
export async function runRecipe(context: Context, recipe: Recipe): Promise<void> {
  const { store } = context;
  const [first] = recipe;
  let from = photograph(store.state);
  if (first === undefined || from === null || isBusy(store.state)) return;
  if (recipe.some(({ task }) => task === 'style') && store.state.styles.length === 0) {
    store.update({ tab: 'style' });
    notify(
      context,
      'The recipe does not contain its style picture: choose one, then run the recipe.',
      'error',
    );
    return;
  }
  const { history } = store.state;
  // A painting is added after the newest version. An analysis adds none, so it shows the photograph.
  setHistory(context, jump(history, tasks[first.task].paints ? history.items.length - 1 : 0));
  for (const step of recipe) {
    setControls(context, step);
    if (!(await start(context, { from, stopAfter: step.stoppedAfter ?? null }))) return;
    from = currentVersion(store.state);
  }
}
