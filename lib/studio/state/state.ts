import type { ProviderName } from '../../runtime/types.js';
import type { LayerWeights } from '../../tasks/common/layers.js';
import type { CurvePoint } from './curve-lines.js';
import { current, emptyHistory, type History } from './history.js';
import type { Analysis, LoadProgress, ModelInfo, ModelSource, PictureInfo, Thumbnail } from './protocol.js';
import type { Recipe } from './recipe.js';
import {
  defaultSettings,
  type LayerRole,
  type NetworkKind,
  type Settings,
  type TaskId,
  taskIds,
} from './tasks.js';

/** A picture on the way from the photograph to what has been made of it. */
export interface Version {
  readonly picture: PictureInfo;
  /** How it was made of the photograph; empty for that itself. */
  readonly recipe: Recipe;
  readonly title: string;
}

export interface ModelEntry {
  readonly id: string;
  readonly name: string;
  readonly source: ModelSource;
  /** What it knows, in a sentence; empty where only its file can tell. */
  readonly about: string;
  /** Whether the user brought it, and may take it away again. */
  readonly isOwn: boolean;
  /** What it may be, as long as it is not loaded. */
  readonly kinds: readonly NetworkKind[];
  readonly tasks: readonly TaskId[];
  /** `null` until it is loaded. */
  readonly info: ModelInfo | null;
  readonly loading: LoadProgress | null;
}

export interface StylePicture {
  readonly picture: PictureInfo;
  readonly name: string;
}

/** The work that is under way, or was last. */
export interface Run {
  readonly id: number;
  readonly status: 'preparing' | 'running' | 'stopped' | 'done';
  readonly task: TaskId;
  /** What it runs on; `null` as long as that is not known. */
  readonly provider: ProviderName | null;
  readonly done: number;
  readonly total: number;
  readonly part: number;
  readonly parts: number;
  readonly points: readonly CurvePoint[];
  readonly preview: ImageBitmap | null;
}

export interface Notice {
  readonly tone: 'info' | 'error';
  readonly text: string;
  readonly action: { readonly title: string; readonly run: () => void } | null;
}

export interface State {
  readonly tab: TaskId;
  readonly settings: Readonly<Record<TaskId, Settings>>;
  /** What is chosen; where nothing is, the network's usual layers. */
  readonly layers: Readonly<Partial<Record<LayerRole, LayerWeights>>>;
  readonly fileName: string;
  readonly opening: boolean;
  readonly history: History<Version>;
  readonly styles: readonly StylePicture[];
  readonly run: Run | null;
  /** What was seen last, and in which picture. */
  readonly analysis: { readonly picture: number; readonly seen: Analysis } | null;
  readonly opacity: number;
  /** The one that is in use, until it is put away. */
  readonly recipe: Recipe | null;
  readonly models: readonly ModelEntry[];
  readonly chosen: Readonly<Record<TaskId, string | null>>;
  readonly thumbnails: { readonly key: string; readonly list: readonly Thumbnail[] } | null;
  readonly provider: {
    readonly wanted: 'auto' | ProviderName;
    readonly runs: ProviderName | null;
  };
  readonly notice: Notice | null;
}

export function initialState(): State {
  return {
    tab: 'dream',
    settings: byTask(defaultSettings),
    layers: {},
    fileName: '',
    opening: false,
    history: emptyHistory(),
    styles: [],
    run: null,
    analysis: null,
    opacity: 0.55,
    recipe: null,
    models: [],
    chosen: byTask(() => null),
    thumbnails: null,
    provider: { wanted: 'auto', runs: null },
    notice: null,
  };
}

function byTask<T>(make: (task: TaskId) => T): Readonly<Record<TaskId, T>> {
  const [dream, style, detect, segment, classify] = taskIds;
  return {
    dream: make(dream),
    style: make(style),
    detect: make(detect),
    segment: make(segment),
    classify: make(classify),
  };
}

/** The picture that is looked at. */
export function currentVersion({ history }: State): Version | null {
  return current(history);
}

/** The photograph that everything was made of. */
export function photograph({ history }: State): Version | null {
  return history.items[0] ?? null;
}

/** The network that is chosen for a tab. */
export function modelFor({ models, chosen }: State, task: TaskId): ModelEntry | null {
  return models.find(({ id }) => id === chosen[task]) ?? null;
}

export function modelsFor({ models }: State, task: TaskId): readonly ModelEntry[] {
  return models.filter((model) => model.tasks.includes(task));
}

export function isBusy({ run }: State): boolean {
  return run?.status === 'preparing' || run?.status === 'running';
}

const providerTitles: Readonly<Partial<Record<ProviderName, string>>> = {
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
};

export function providerTitle(provider: ProviderName): string {
  return providerTitles[provider] ?? provider;
}

/** The layers that a role has on the current tab: those chosen that its network has, else its usual ones. */
export function layersFor(state: State, role: LayerRole): LayerWeights | null {
  const info = modelFor(state, state.tab)?.info;
  const chosen = state.layers[role];
  const known = Object.entries(chosen ?? {}).filter(([name]) => info?.layers.includes(name) ?? true);
  return known.length > 0 ? Object.fromEntries(known) : (info?.usual[role] ?? null);
}
