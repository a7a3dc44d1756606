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

/** A version of the picture: the photograph, or the result of some steps. */
export interface Version {
  readonly picture: PictureInfo;
  /** How it was made from the photograph; empty for the photograph itself. */
  readonly recipe: Recipe;
  readonly title: string;
}

export interface ModelEntry {
  readonly id: string;
  readonly name: string;
  readonly source: ModelSource;
  /** A sentence about what it recognizes; empty for users' networks. */
  readonly about: string;
  /** Whether the user added it, and can remove it. */
  readonly isOwn: boolean;
  /** The kinds to load it as, in order. */
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

/** The current or the last run of a task. */
export interface Run {
  readonly id: number;
  readonly status: 'preparing' | 'running' | 'stopped' | 'done';
  readonly task: TaskId;
  /** What it runs on; `null` until that is known. */
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
  /** The chosen layers; a role without a choice has the network's default layers. */
  readonly layers: Readonly<Partial<Record<LayerRole, LayerWeights>>>;
  readonly fileName: string;
  readonly opening: boolean;
  readonly history: History<Version>;
  readonly styles: readonly StylePicture[];
  readonly run: Run | null;
  /** The last analysis, and its picture. */
  readonly analysis: { readonly picture: number; readonly seen: Analysis } | null;
  readonly opacity: number;
  /** The recipe in use, until it is closed. */
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

/** The version that is shown. */
export function currentVersion({ history }: State): Version | null {
  return current(history);
}

/** The photograph from which all versions were made. */
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

/** The layers of a role on the current tab: the chosen ones that its network has, otherwise its default ones. */
export function layersFor(state: State, role: LayerRole): LayerWeights | null {
  const info = modelFor(state, state.tab)?.info;
  const chosen = state.layers[role];
  const known = Object.entries(chosen ?? {}).filter(([name]) => info?.layers.includes(name) ?? true);
  return known.length > 0 ? Object.fromEntries(known) : (info?.usual[role] ?? null);
}
