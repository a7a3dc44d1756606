import type { Context } from '../actions/context.js';
import { chooseModel } from '../actions/models.js';
import { addModelFile, removeModel } from '../actions/own-models.js';
import { type ModelEntry, modelFor, modelsFor } from '../state/state.js';
import { type NetworkKind, type TaskId, tasks } from '../state/tasks.js';
import { freshId, h, iconButton, show, textButton } from './dom.js';
import { filePicker, modelFiles } from './files.js';
import { icon } from './icons.js';

/** The files to add if there is no network for the task. */
const suggestions: Readonly<Record<NetworkKind, string>> = {
  features:
    'the weights of GoogLeNet, VGG-19 or SqueezeNet (.safetensors, .pth), or a network as an .onnx file',
  detector: 'a Faster R-CNN’s weights (.pth, .safetensors), or a YOLOX as an .onnx file',
  segmenter: 'a U-Net’s weights (.pth, .safetensors), or any segmentation network as an .onnx file',
};

/** Lets the user choose the network of a task, and add or remove networks. */
export function modelPickerView(context: Context, task: TaskId): HTMLElement {
  const { store } = context;
  const id = freshId('model');
  const select = h('select', { id });
  const note = h('p', { class: 'muted note' });
  const { input, open } = filePicker(modelFiles, 'A network of your own', (file) =>
    addModelFile(context, file),
  );
  const remove = iconButton(icon('remove'), 'Remove this network', () => {
    const model = modelFor(store.state, task);
    if (model === null) return;
    void removeModel(context, model);
    // The button is hidden unless the next network can be removed, too.
    (modelsFor(store.state, task).length > 0 ? select : choose).focus();
  });
  const choose = textButton('Choose a file', 'quiet-button', open);
  const row = h(
    'div',
    { class: 'model-row' },
    h('label', { for: id }, 'Network'),
    select,
    remove,
    iconButton(icon('add'), 'Add a network of your own', open),
  );
  const empty = h(
    'div',
    { class: 'no-model' },
    h('p', {}, h('strong', {}, 'This needs a network.'), ` Add ${suggestions[tasks[task].kind]}.`),
    choose,
  );
  select.onchange = () => chooseModel(context, task, select.value);
  store.watch(
    ({ models, chosen }) => [models, chosen],
    () => {
      const models = modelsFor(store.state, task);
      const model = modelFor(store.state, task);
      show(row, models.length > 0);
      show(empty, models.length === 0);
      select.replaceChildren(...models.map(({ id: value, name }) => h('option', { value }, name)));
      select.value = model?.id ?? '';
      show(remove, model?.isOwn === true);
      note.textContent = model === null ? '' : describe(model);
      note.title = note.textContent;
    },
  );
  return h('section', { class: 'model' }, row, empty, note, input);
}

function describe({ about, info, loading }: ModelEntry): string {
  if (loading !== null) {
    const { done, total } = loading;
    if (done === 0) return 'Loading …';
    const of = total === null ? '' : ` of ${(total / 1e6).toFixed(1)}`;
    return `Loading: ${(done / 1e6).toFixed(1)}${of} MB`;
  }
  return about || (info?.notes[0] ?? '');
}
