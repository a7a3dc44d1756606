import {
  type ChoiceOption,
  expectedOf,
  type FlagOption,
  type NumberOption,
  type Option,
} from '../../base/option-table.js';
import { type Settings, titleOf } from '../state/tasks.js';
import { freshId, h, iconButton, setAttributes, show } from './dom.js';
import { icon } from './icons.js';
import { scaleOf } from './slider-scale.js';

type Value = Settings[string];

/** A control for an option. */
export interface Control {
  readonly element: HTMLElement;
  readonly set: (value: Value) => void;
}

/** A slider and a field for a number, switches for choices and flags; each shows its explanation on hover. */
export function controlFor(name: string, option: Option, change: (value: Value) => void): Control {
  switch (option.kind) {
    case 'number':
      return numberControl(name, option, change);
    case 'choice':
      return choiceControl(name, option, change);
    case 'flag':
      return flagControl(name, option, change);
  }
}

function numberControl(name: string, option: NumberOption, change: (value: Value) => void): Control {
  const [id, hint] = [freshId('option'), freshId('hint')];
  const { min = null, max = null, about } = option;
  const scale = scaleOf(option);
  const field = h('input', {
    id,
    type: 'number',
    inputmode: 'decimal',
    min,
    max,
    step: 'any',
    'aria-describedby': hint,
  });
  const slider =
    scale &&
    h('input', {
      type: 'range',
      min: 0,
      max: scale.last,
      step: 1,
      'aria-label': titleOf(name),
      'aria-describedby': hint,
    });
  const reset = iconButton(icon('reset'), `${titleOf(name)}: back to ${option.default}`, () =>
    change(option.default),
  );
  reset.classList.add('reset');
  const dice = scale === null ? iconButton(icon('dice'), 'Another seed', () => change(randomSeed())) : null;

  field.onchange = () => {
    const value = field.value.trim() === '' ? option.default : Number(field.value);
    const expected = expectedOf(option, value);
    field.setCustomValidity(expected === null ? '' : `It must be ${expected}.`);
    if (expected === null) change(value);
    else field.reportValidity();
  };
  if (slider !== null && scale !== null) slider.oninput = () => change(scale.valueAt(slider.valueAsNumber));

  const element = h(
    'div',
    { class: 'control number', 'data-option': name },
    h('div', { class: 'control-row' }, h('label', { for: id }, titleOf(name)), reset, dice, field),
    slider,
    hintOf(hint, about),
  );
  return {
    element,
    set(value) {
      if (typeof value !== 'number') return;
      field.value = String(value);
      field.setCustomValidity('');
      show(reset, value !== option.default);
      if (slider === null || scale === null) return;
      const position = scale.positionOf(value);
      slider.value = String(position);
      setAttributes(slider, { 'aria-valuetext': String(value) });
      slider.style.setProperty('--fill', String(position / scale.last));
    },
  };
}

function choiceControl(name: string, option: ChoiceOption, change: (value: Value) => void): Control {
  const [group, hint] = [freshId('choice'), freshId('hint')];
  const radios = option.choices.map((word) => {
    const radio = h('input', { type: 'radio', name: group, value: word });
    radio.onchange = () => change(word);
    return radio;
  });
  const segments = radios.map((radio) => h('label', {}, radio, h('span', {}, radio.value)));
  const element = h(
    'fieldset',
    { class: 'control choice', 'data-option': name, 'aria-describedby': hint },
    h('legend', {}, titleOf(name)),
    h('div', { class: 'segments' }, ...segments),
    hintOf(hint, option.about),
  );
  return {
    element,
    set(value) {
      for (const radio of radios) radio.checked = radio.value === value;
    },
  };
}

function flagControl(name: string, { about }: FlagOption, change: (value: Value) => void): Control {
  const hint = freshId('hint');
  const box = h('input', { type: 'checkbox', role: 'switch', 'aria-describedby': hint });
  box.onchange = () => change(box.checked);
  const element = h(
    'div',
    { class: 'control flag', 'data-option': name },
    h('label', {}, h('span', {}, titleOf(name)), box),
    hintOf(hint, about),
  );
  return { element, set: (value) => (box.checked = value === true) };
}

function hintOf(id: string, about: string): HTMLElement {
  return h('p', { class: 'hint', id }, `${about.replace(/^[a-z]/, (letter) => letter.toUpperCase())}.`);
}

function randomSeed(): number {
  return Math.floor(Math.random() * 100_000);
}
