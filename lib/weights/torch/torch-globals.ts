import { OneirosError } from '../../base/errors.js';
import { bytesPerElement, type NumericDType } from '../../tensor/dtype.js';
import { byteSizeOf, maxRank, quoted } from '../weights.js';
import {
  Callable,
  damaged,
  describe,
  Dict,
  HostObject,
  List,
  type PickleHost,
  type PickleValue,
  Tuple,
} from './pickle.js';

/** A contiguous run of elements in the file; tensors are views of it. */
export class Storage extends HostObject {
  readonly kind = 'storage';
  constructor(
    readonly dtype: NumericDType,
    readonly key: string,
    /** In elements. */
    readonly length: number,
  ) {
    super();
  }

  get byteLength(): number {
    return this.length * bytesPerElement(this.dtype);
  }
}

/** A tensor as PyTorch stores it: a strided view of a storage. */
export class TensorView extends HostObject {
  readonly kind = 'tensor';
  constructor(
    readonly storage: Storage,
    readonly dtype: NumericDType,
    /** The offset of the first element, in elements. */
    readonly offset: number,
    readonly dims: readonly number[],
    readonly strides: readonly number[],
  ) {
    super();
  }
}

class ElementType extends HostObject {
  readonly kind = 'dtype';
  constructor(readonly dtype: NumericDType) {
    super();
  }
}

class StorageType extends HostObject {
  readonly kind = 'storage type';
  constructor(readonly dtype: NumericDType) {
    super();
  }
}

/** An object that checkpoints contain but no tensor needs: a device, a set, bytes. */
class IgnoredObject extends HostObject {
  constructor(readonly kind: string) {
    super();
  }
}

const storageTypes: Readonly<Record<string, NumericDType>> = {
  FloatStorage: 'float32',
  DoubleStorage: 'float64',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
};

const elementTypes: readonly NumericDType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint64',
  'uint32',
  'uint16',
  'uint8',
  'bool',
];

/** The only globals that a pickle may name; all of them stand for data. */
const globals: ReadonlyMap<string, PickleValue> = new Map<string, PickleValue>([
  ...Object.entries(storageTypes).map(([name, dtype]) => [`torch.${name}`, new StorageType(dtype)] as const),
  ['torch.storage.UntypedStorage', new StorageType('uint8')],
  ...elementTypes.map((dtype) => [`torch.${dtype}`, new ElementType(dtype)] as const),
  ...functions({
    'torch._utils._rebuild_tensor': ([storage, offset, dims, strides]) =>
      tensorView(storage, offset, dims, strides),
    'torch._utils._rebuild_tensor_v2': ([storage, offset, dims, strides]) =>
      tensorView(storage, offset, dims, strides),
    'torch._utils._rebuild_tensor_v3': ([storage, offset, dims, strides, , , dtype]) =>
      tensorView(storage, offset, dims, strides, dtype),
    'torch._utils._rebuild_parameter': ([data]) => given(TensorView, 'tensor', data),
    'torch._utils._rebuild_parameter_with_state': ([data]) => given(TensorView, 'tensor', data),
    'torch.Size': ([dims]) => (dims === undefined ? new Tuple([]) : given(Tuple, 'tuple', dims)),
    'torch.device': () => new IgnoredObject('device'),
    'collections.Counter': () => new Dict(),
    'builtins.set': () => new IgnoredObject('set'),
    '__builtin__.set': () => new IgnoredObject('set'),
    '_codecs.encode': () => new IgnoredObject('byte string'),
  }),
]);

function functions(table: Readonly<Record<string, Callable['call']>>): (readonly [string, Callable])[] {
  return Object.entries(table).map(([name, call]) => [name, new Callable(name, call)] as const);
}

/** Allows a pickle to name only the globals that describe PyTorch tensors; collects the storages that it names. */
export class TorchHost implements PickleHost {
  /** By key. */
  readonly storages = new Map<string, Storage>();
  private readonly orderedDictType = new Callable('collections.OrderedDict', ([pairs]) =>
    this.orderedDict(pairs),
  );
  private orderedPairs = 0;

  /** @param maxPairs the limit for pairs passed to OrderedDict, in total; a pickle can pass the same list many times */
  constructor(private readonly maxPairs: number) {}

  global(module: string, name: string): PickleValue {
    const path = `${module}.${name}`;
    const meaning = path === this.orderedDictType.name ? this.orderedDictType : globals.get(path);
    if (meaning === undefined) throw refused(path);
    return meaning;
  }

  /** `('storage', type, key, device, length)`; before PyTorch 0.4 also a view, which may be `null`. */
  persistent(id: PickleValue): PickleValue {
    const [tag, type, key, , length, view = null] = given(Tuple, 'tuple', id).items;
    if (tag !== 'storage' || typeof key !== 'string')
      throw damaged('a persistent id does not name a storage');
    if (view !== null)
      throw new OneirosError('unsupported', 'storages that are views of other storages are not supported');
    const { dtype } = given(StorageType, 'storage type', type);
    const elements = count(length);
    byteSizeOf(`the storage ${quoted(key)}`, dtype, [elements]);
    const storage = new Storage(dtype, key, elements);
    const known = this.storages.get(key);
    if (known && known.byteLength !== storage.byteLength)
      throw damaged(
        `the storage ${quoted(key)} has two sizes, ${known.byteLength} and ${storage.byteLength} bytes`,
      );
    this.storages.set(key, storage);
    return storage;
  }

  /** Python 2 passes the items as a list of pairs; Python 3 sets them afterwards. */
  private orderedDict(pairs: PickleValue | undefined): Dict {
    const dict = new Dict();
    if (pairs === undefined) return dict;
    const { items } = given(List, 'list', pairs);
    this.orderedPairs += items.length;
    if (this.orderedPairs > this.maxPairs) throw damaged('its dictionaries are larger than the pickle');
    for (const pair of items) {
      if (!(pair instanceof List || pair instanceof Tuple))
        throw damaged('an item of a dictionary is not a pair');
      const [key, value] = pair.items;
      if (key === undefined || value === undefined) throw damaged('an item of a dictionary is not a pair');
      dict.entries.set(key, value);
    }
    return dict;
  }
}

function refused(path: string): OneirosError {
  return new OneirosError(
    'unsupported',
    `the pickle names ${quoted(path)}, which files of tensors do not need: the file is refused, and none of its code was run; ` +
      'if you trust the file, load it in Python and save only its state_dict()',
  );
}

function tensorView(
  storage: PickleValue | undefined,
  offset: PickleValue | undefined,
  dims: PickleValue | undefined,
  strides: PickleValue | undefined,
  dtype?: PickleValue,
): TensorView {
  const from = given(Storage, 'storage', storage);
  const type = dtype === undefined ? from.dtype : given(ElementType, 'dtype', dtype).dtype;
  return new TensorView(from, type, count(offset), counts(dims), counts(strides));
}

function counts(value: PickleValue | undefined): number[] {
  const { items } = given(Tuple, 'tuple', value);
  if (items.length > maxRank) throw damaged(`a tensor has ${items.length} axes`);
  return items.map(count);
}

function count(value: PickleValue | undefined): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw damaged(`it has ${describe(value)} where a size is expected`);
  return value;
}

function given<T>(
  kind: abstract new (...args: never[]) => T,
  name: string,
  value: PickleValue | undefined,
): T {
  if (value instanceof kind) return value;
  throw damaged(`it has ${describe(value)} where a ${name} is expected`);
}
