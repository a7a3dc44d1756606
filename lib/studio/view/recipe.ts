import type { Context } from '../actions/context.js';
import { networkOf, summary } from '../actions/recipes.js';
import { runRecipe } from '../actions/rerun.js';
import type { Recipe } from '../state/recipe.js';
import { isBusy, photograph, type State } from '../state/state.js';
import { h, iconButton, show, textButton } from './dom.js';
import { icon } from './icons.js';

/** The recipe in use: its steps, and a button that runs them. */
export function recipeView(context: Context): HTMLElement {
  const { store } = context;
  const text = h('p', {});
  const need = h('p', { class: 'muted' });
  const run = textButton('', 'quiet-button', () => {
    const { recipe } = store.state;
    if (recipe !== null) void runRecipe(context, recipe);
  });
  const close = iconButton(icon('close'), 'Close the recipe', () => store.update({ recipe: null }));
  const box = h(
    'section',
    { class: 'recipe', 'aria-label': 'Recipe' },
    h('div', { class: 'recipe-head' }, h('h2', {}, 'Recipe'), close),
    text,
    need,
    run,
  );
  store.watch(
    (state) => [state.recipe, state.models, isBusy(state), photograph(state) !== null],
    ([recipe, , busy, isThere]) => {
      show(box, recipe !== null);
      if (recipe === null) return;
      text.textContent = `${summary(recipe)}.`;
      const missing = missingIn(store.state, recipe);
      need.textContent =
        missing === null ? '' : `It needs ${missing}, which is not here: drop its file on the page.`;
      show(need, missing !== null);
      run.textContent = recipe.length === 1 ? 'Run it' : `Run all ${recipe.length} steps`;
      run.disabled = busy || !isThere || missing !== null;
    },
  );
  return box;
}

/** The first network of a recipe that is not here. */
function missingIn(state: State, recipe: Recipe): string | null {
  return recipe.find((step) => networkOf(state, step) === null)?.model ?? null;
}
