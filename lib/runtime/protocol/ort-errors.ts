import { type ErrorCode, messageOf, OneirosError } from '../../base/errors.js';

// Patterns in ONNX Runtime's messages and the error code for each; the first match counts.
const kinds: readonly (readonly [RegExp, ErrorCode])[] = [
  [
    /failed to allocate|bad_alloc|out of memory|array buffer allocation failed|integer overflow/i,
    'too-large',
  ],
  [/doesn't exist|does not exist|no such file/i, 'not-found'],
  [/could not find an implementation|no op registered|not implemented|unsupported data type/i, 'unsupported'],
  [
    /protobuf parsing|invalid model|invalid graph|no graph was found|model data pointer|type error|load model from|opset|ir_version/i,
    'bad-input',
  ],
];

// The messages a program gets when the GPU is lost while the program waits for results.
const lostGpu = /device (?:is |was )?lost|MapAsyncStatus|external Instance reference/i;

/**
 * An error of ONNX Runtime as one line, without source paths, C++ signatures and status codes.
 * @param doing what failed, as a clause: "the model could not be loaded"
 */
export function runtimeError(doing: string, error: unknown): OneirosError {
  if (error instanceof OneirosError) return error;
  const original = messageOf(error);
  const text = lostGpu.test(original)
    ? 'the GPU was lost, which happens when its driver restarts or its memory runs out'
    : tidy(original);
  const code = kinds.find(([pattern]) => pattern.test(text))?.[1] ?? 'runtime';
  return new OneirosError(code, `${doing}: ${text}`, { cause: error });
}

function tidy(text: string): string {
  return text
    .replace(/\[ONNXRuntimeError\] : \d+ : \w+ : /g, '')
    .replace(/\S+\.(?:cc|cpp|cu|h):\d+ (?:[^()]*\([^()]*\)(?:::<lambda\(\)>)? |\w+ )?/g, '')
    .replace(
      /Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: /g,
      '$1 node "$2": ',
    )
    .replace(/Please fix either the inputs\/outputs or the model\./g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
