import type { Image, Size } from '../../image/image.js';
import type { Placement } from '../../runtime/types.js';
import type { DreamZoomOptions } from '../dream/options.js';
import type { DreamState } from '../dream/state.js';
import type { StyleStep } from '../style/descent.js';
import type { StyleOptions } from '../style/options.js';

/** A network as data that can be sent. */
export interface NetworkData {
  readonly name: string;
  /** An ONNX file. */
  readonly model: Uint8Array;
  readonly image: string;
  /** Every layer's name, and the value of the graph that holds it. */
  readonly layers: readonly (readonly [name: string, value: string])[];
}

interface TaskData {
  readonly network: NetworkData;
  readonly placement: Placement;
}

export interface DreamInput extends TaskData {
  readonly task: 'dream';
  readonly photograph: Image;
  readonly options: Omit<DreamZoomOptions, 'signal' | 'placement'>;
}

export interface StyleInput extends TaskData {
  readonly task: 'style';
  readonly content: Image;
  readonly styles: readonly Image[];
  readonly options: Omit<StyleOptions, 'signal' | 'placement'>;
}

/** A state of a dream. The photograph of each frame after the first is sent once: `null` stands for the one before. */
export interface DreamMessage extends Omit<DreamState, 'photograph'> {
  readonly photograph: { readonly image: Image | null; readonly size: Size } | null;
}

/** The tasks of a worker: the input of each, and what it sends after each step. */
export interface Tasks {
  readonly dream: { readonly input: DreamInput; readonly step: DreamMessage };
  readonly style: { readonly input: StyleInput; readonly step: StyleStep };
}

export type TaskInput = Tasks[keyof Tasks]['input'];
export type TaskStep = Tasks[keyof Tasks]['step'];
