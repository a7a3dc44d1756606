import type { Context } from '../actions/context.js';
import { thumbnailsKey } from '../actions/models.js';
import { toggleLayer } from '../state/layer-choice.js';
import type { Thumbnail } from '../state/protocol.js';
import { layersFor, modelFor } from '../state/state.js';
import { type LayerRole, roleTitles, type TaskId, tasks } from '../state/tasks.js';
import { freshId, h, show } from './dom.js';

const side = 128;

/** The network's layers to choose from, each with its activations for the picture; by role, if a task has several. */
export function layerPickerView(context: Context, task: TaskId): HTMLElement {
  const { store } = context;
  const { roles } = tasks[task];
  const [firstRole] = roles;
  const group = freshId('role');
  const heading = freshId('layers');
  let role = firstRole ?? 'layers';
  const tiles = new Map<string, HTMLButtonElement>();
  const grid = h('div', { class: 'layers', role: 'group', 'aria-labelledby': heading });
  const chosen = h('p', { class: 'chosen' });
  const waiting = h('p', { class: 'muted' }, 'The layers appear when you open a picture.');

  const markChosen = () => {
    const layers = layersFor(store.state, role) ?? {};
    for (const [name, tile] of tiles) tile.setAttribute('aria-pressed', String(Object.hasOwn(layers, name)));
    const none = tiles.size === 0 ? '' : 'Choose at least one layer';
    chosen.textContent = Object.keys(layers).join(', ') || none;
  };
  const fillAll = () => {
    for (const { layer, channels, picture } of store.state.thumbnails?.list ?? []) {
      const tile = tiles.get(layer);
      if (tile) fill(tile, layer, channels, picture);
    }
  };
  const toggle = (name: string) => {
    const layers = layersFor(store.state, role);
    const next = layers === null ? { [name]: 1 } : toggleLayer(layers, name);
    store.update({ layers: { ...store.state.layers, [role]: next } });
  };
  const choose = (next: LayerRole) => {
    role = next;
    markChosen();
  };

  const box = h(
    'section',
    { class: 'picker' },
    h(
      'div',
      { class: 'picker-head' },
      h('h2', { id: heading }, roles.length > 1 ? 'Layers' : roleTitles[role]),
      chosen,
    ),
    roles.length > 1 ? roleSwitch(group, roles, role, choose) : null,
    waiting,
    grid,
  );
  store.watch(
    (state) => [modelFor(state, task)?.info ?? null, modelFor(state, task) === null],
    ([info]) => {
      show(box, modelFor(store.state, task) !== null);
      if (info === null) return;
      tiles.clear();
      for (const name of info.layers) tiles.set(name, tileOf(name, toggle));
      grid.replaceChildren(...tiles.values());
      fillAll();
      show(waiting, false);
      markChosen();
    },
  );
  store.watch(
    (state) => [state.layers, state.tab],
    () => markChosen(),
  );
  store.watch(
    (state) => [state.thumbnails, thumbnailsKey(state)],
    ([thumbnails, key]) => {
      grid.dataset['fresh'] = String(thumbnails?.key === key);
      fillAll();
    },
  );
  return box;
}

function tileOf(name: string, toggle: (name: string) => void): HTMLButtonElement {
  const tile = h(
    'button',
    { type: 'button', class: 'tile', 'aria-pressed': 'false', title: name },
    h('canvas', { width: side, height: side, 'aria-hidden': 'true' }),
    h('span', {}, name),
  );
  tile.onclick = () => toggle(name);
  return tile;
}

function fill(tile: HTMLButtonElement, layer: string, channels: number, picture: Thumbnail['picture']): void {
  tile.title = `${layer}: ${channels} channels`;
  const canvas = tile.querySelector('canvas');
  const context = canvas?.getContext('2d');
  if (!canvas || !context) return;
  const part = Math.min(picture.width, picture.height);
  const [x, y] = [(picture.width - part) / 2, (picture.height - part) / 2];
  context.drawImage(picture, x, y, part, part, 0, 0, side, side);
  canvas.dataset['filled'] = '';
}

function roleSwitch(
  group: string,
  roles: readonly LayerRole[],
  chosen: LayerRole,
  choose: (role: LayerRole) => void,
): HTMLElement {
  const labels = roles.map((role) => {
    const radio = h('input', { type: 'radio', name: group, checked: role === chosen });
    radio.onchange = () => choose(role);
    return h('label', {}, radio, h('span', {}, roleTitles[role]));
  });
  return h('div', { class: 'segments', role: 'radiogroup', 'aria-label': 'Which layers' }, ...labels);
}
