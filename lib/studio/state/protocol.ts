import type { ErrorCode } from '../../base/errors.js';
import type { Classification } from '../../networks/classifier/labels.js';
import type { Detection } from '../../networks/detector/detector.js';
import type { ProviderName } from '../../runtime/types.js';
import type { LayerWeights } from '../../tasks/common/layers.js';
import type { LayerRole, NetworkKind, Settings } from './tasks.js';

/** A picture that the worker holds, with what the page shows of it. */
export interface PictureInfo {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly preview: ImageBitmap;
}

export interface OpenedPicture extends PictureInfo {
  /** Its size in the file, where it was made smaller. */
  readonly reducedFrom: { readonly width: number; readonly height: number } | null;
  /** The texts of a PNG file. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Where a network comes from: a file of the user's, one that the browser keeps, or an address on the page's own server. */
export type ModelSource = Blob | { readonly kept: string } | string;

export interface ModelInfo {
  readonly id: string;
  readonly name: string;
  readonly kind: NetworkKind;
  /** Those to choose from. */
  readonly layers: readonly string[];
  /** What is taken where nothing is chosen; absent where the network has no usual layer. */
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
  /** The step after which it is done before its end. */
  readonly stopAfter: number | null;
}

/** How a painting goes on. */
export type PaintProgress =
  | {
      readonly kind: 'step';
      readonly done: number;
      readonly total: number;
      /** The octave or the size that is worked on, from 1, of how many. */
      readonly part: number;
      readonly parts: number;
      /** What is raised or lowered. */
      readonly value: number;
      /** Absent where steps come faster than they can be looked at. */
      readonly preview: ImageBitmap | null;
    }
  | { readonly kind: 'stopped'; readonly picture: PictureInfo };

/** What the page can say to a painting. */
export type PaintCommand = 'stop' | 'resume' | 'end';

export interface ClassShare {
  readonly name: string;
  readonly fraction: number;
  /** A CSS color; `null` for the background. */
  readonly color: string | null;
}

/** What was seen in a picture. */
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

/** What is drawn over a picture that is saved. */
export type Marks =
  | { readonly kind: 'boxes'; readonly detections: readonly Detection[] }
  | { readonly kind: 'classes'; readonly opacity: number };

interface Call<Ask, Answer, Progress = never> {
  readonly ask: Ask;
  readonly answer: Answer;
  readonly progress: Progress;
}

/** Bytes fetched, of how many; `null` where the server does not say. */
export interface LoadProgress {
  readonly done: number;
  readonly total: number | null;
}

/** What the page asks of its worker. */
export interface Calls {
  /** Chooses what networks run on; answers what that is. */
  readonly selectProvider: Call<{ readonly provider: 'auto' | ProviderName }, ProviderName>;
  readonly open: Call<{ readonly file: Blob }, OpenedPicture>;
  readonly forget: Call<{ readonly pictures: readonly number[] }, null>;
  /** Loads a network as the first of these kinds that it is. */
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
  /** Frees a network that is wanted no more. */
  readonly unload: Call<{ readonly id: string }, null>;
  readonly thumbnails: Call<{ readonly model: string; readonly picture: number }, readonly Thumbnail[]>;
  /** Answers the picture at the end, or `null` where it was ended before. */
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

/** What comes back through a call's own port. */
export type Reply<K extends CallName> =
  | { readonly kind: 'progress'; readonly progress: Calls[K]['progress'] }
  | { readonly kind: 'answer'; readonly answer: Calls[K]['answer'] }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string };
