import type { ErrorCode } from '../../base/errors.js';
import type { Classification } from '../../networks/classifier/labels.js';
import type { Detection } from '../../networks/detector/detector.js';
import type { ProviderName } from '../../runtime/types.js';
import type { LayerWeights } from '../../tasks/common/layers.js';
import type { LayerRole, NetworkKind, Settings } from './tasks.js';

/** A picture that the worker holds, with a bitmap for the page. */
export interface PictureInfo {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly preview: ImageBitmap;
}

export interface OpenedPicture extends PictureInfo {
  /** Its size in the file, if it was reduced; otherwise `null`. */
  readonly reducedFrom: { readonly width: number; readonly height: number } | null;
  /** The texts of a PNG file. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Where a network comes from: a user's file, one that the browser keeps, or an address on the page's server. */
export type ModelSource = Blob | { readonly kept: string } | string;

export interface ModelInfo {
  readonly id: string;
  readonly name: string;
  readonly kind: NetworkKind;
  /** The layers to choose from. */
  readonly layers: readonly string[];
  /** The default layers of each role; a role is absent if the network has none. */
  readonly usual: Readonly<Partial<Record<LayerRole, LayerWeights>>>;
  readonly notes: readonly string[];
}

/** A layer's activations as a small picture. */
export interface Thumbnail {
  readonly layer: string;
  readonly channels: number;
  readonly picture: ImageBitmap;
}

export interface PaintOrder {
  readonly task: 'dream' | 'style';
  readonly model: string;
  readonly picture: number;
  readonly styles: readonly number[];
  readonly settings: Settings;
  readonly layers: Readonly<Partial<Record<LayerRole, LayerWeights>>>;
  /** The step after which it ends early; `null` for all steps. */
  readonly stopAfter: number | null;
}

/** The progress of a painting. */
export type PaintProgress =
  | {
      readonly kind: 'step';
      readonly done: number;
      readonly total: number;
      /** The current octave or size, from 1 to `parts`. */
      readonly part: number;
      readonly parts: number;
      /** The objective or the loss. */
      readonly value: number;
      /** `null` if the last preview is too recent. */
      readonly preview: ImageBitmap | null;
    }
  | { readonly kind: 'stopped'; readonly picture: PictureInfo };

/** The page's commands to a painting. */
export type PaintCommand = 'stop' | 'resume' | 'end';

export interface ClassShare {
  readonly name: string;
  readonly fraction: number;
  /** A CSS color; `null` for the background. */
  readonly color: string | null;
}

/** The results of an analysis of a picture. */
export type Analysis =
  | { readonly kind: 'detect'; readonly detections: readonly Detection[] }
  | { readonly kind: 'segment'; readonly classes: readonly ClassShare[]; readonly overlay: ImageBitmap }
  | { readonly kind: 'classify'; readonly labels: readonly Classification[] };

export interface AnalysisOrder {
  readonly task: Analysis['kind'];
  readonly model: string;
  readonly picture: number;
  readonly settings: Settings;
}

/** Marks to draw over a saved picture. */
export type Marks =
  | { readonly kind: 'boxes'; readonly detections: readonly Detection[] }
  | { readonly kind: 'classes'; readonly opacity: number };

interface Call<Ask, Answer, Progress = never> {
  readonly ask: Ask;
  readonly answer: Answer;
  readonly progress: Progress;
}

/** Bytes fetched so far, and their total; `null` if the server does not state it. */
export interface LoadProgress {
  readonly done: number;
  readonly total: number | null;
}

/** The calls from the page to its worker. */
export interface Calls {
  /** Chooses the provider that networks run on; answers the one in use. */
  readonly selectProvider: Call<{ readonly provider: 'auto' | ProviderName }, ProviderName>;
  readonly open: Call<{ readonly file: Blob }, OpenedPicture>;
  readonly forget: Call<{ readonly pictures: readonly number[] }, null>;
  /** Loads a network as the first of these kinds that fits. */
  readonly load: Call<
    {
      readonly id: string;
      readonly name: string;
      readonly source: ModelSource;
      readonly kinds: readonly NetworkKind[];
    },
    ModelInfo,
    LoadProgress
  >;
  /** Frees a network that is no longer needed. */
  readonly unload: Call<{ readonly id: string }, null>;
  readonly thumbnails: Call<{ readonly model: string; readonly picture: number }, readonly Thumbnail[]>;
  /** Answers the finished picture, or `null` if the painting was ended before. */
  readonly paint: Call<PaintOrder, PictureInfo | null, PaintProgress>;
  readonly analyze: Call<AnalysisOrder, Analysis>;
  readonly save: Call<
    {
      readonly picture: number;
      readonly texts: Readonly<Record<string, string>>;
      readonly marks: Marks | null;
    },
    Blob
  >;
}

export type CallName = keyof Calls;

export interface Ask<K extends CallName> {
  readonly kind: K;
  readonly ask: Calls[K]['ask'];
}

/** A reply through a call's port. */
export type Reply<K extends CallName> =
  | { readonly kind: 'progress'; readonly progress: Calls[K]['progress'] }
  | { readonly kind: 'answer'; readonly answer: Calls[K]['answer'] }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };
