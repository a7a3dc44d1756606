import type { Context } from '../actions/context.js';
import { selectProvider } from '../actions/providers.js';
import { providerTitle } from '../state/state.js';
import { h, iconButton } from './dom.js';
import { helpDialog } from './help.js';
import { icon } from './icons.js';
import { tabsView } from './tabs.js';
import { nextTheme } from './theme.js';

export function headerView(context: Context): HTMLElement {
  const help = helpDialog();
  return h(
    'header',
    { class: 'top' },
    h('h1', { class: 'wordmark' }, moon(), 'oneiros'),
    tabsView(context.store),
    h(
      'div',
      { class: 'tools' },
      providerView(context),
      iconButton(icon('theme'), 'Light or dark', nextTheme),
      iconButton(icon('help'), 'Keys and hints', () => help.showModal()),
    ),
    help,
  );
}

/** The waning moon of the wordmark. */
function moon(): HTMLElement {
  return h('span', { class: 'moon', 'aria-hidden': 'true' });
}

/** Shows the provider that networks run on, and lets the user choose it. */
function providerView(context: Context): HTMLElement {
  const select = h('select', { 'aria-label': 'What networks run on', title: 'What networks run on' });
  const label = h('label', { class: 'provider' }, h('span', { class: 'dot' }), select);
  select.onchange = () => {
    const wanted = (['auto', 'webgpu', 'wasm'] as const).find((name) => name === select.value);
    if (wanted !== undefined) void selectProvider(context, wanted);
  };
  context.store.watch(
    ({ provider }) => [provider],
    ([{ wanted, runs }]) => {
      label.dataset['state'] = runs === null ? 'looking' : 'ready';
      const running = runs === null ? 'Starting …' : `On ${providerTitle(runs)}`;
      select.replaceChildren(
        h('option', { value: 'auto' }, wanted === 'auto' ? running : 'The best available'),
        h('option', { value: 'webgpu' }, 'Always WebGPU'),
        h('option', { value: 'wasm' }, 'Always WebAssembly'),
      );
      select.value = wanted;
    },
  );
  return label;
}
