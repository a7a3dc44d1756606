import { expect } from 'chai';

import { runtimeError } from '../../lib/runtime/protocol/ort-errors.js';

describe('runtimeError', () => {
  const texts: readonly [string, string, string][] = [
    [
      "Non-zero status code returned while running Expand node. Name:'e1' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 4000\n",
      'too-large',
      'it failed: Expand node "e1": Failed to allocate memory for requested buffer of size 4000',
    ],
    [
      "Non-zero status code returned while running MatMul node. Name:'' Status Message: matmul_helper.h:59 Compute MatMul dimension mismatch",
      'runtime',
      'it failed: MatMul node "": MatMul dimension mismatch',
    ],
    [
      '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> Failed to get a WebGPU adapter: No supported adapters\n',
      'runtime',
      'it failed: Failed to get a WebGPU adapter: No supported adapters',
    ],
    [
      'Got invalid dimensions for input: x for the following indices\n index: 1 Got: 2 Expected: 3\n Please fix either the inputs/outputs or the model.',
      'runtime',
      'it failed: Got invalid dimensions for input: x for the following indices index: 1 Got: 2 Expected: 3',
    ],
    [
      "[ONNXRuntimeError] : 3 : NO_SUCHFILE : Load model from /m.onnx failed:Load model /m.onnx failed. File doesn't exist",
      'not-found',
      "it failed: Load model from /m.onnx failed:Load model /m.onnx failed. File doesn't exist",
    ],
    [
      "failed to call OrtRun(). ERROR_CODE: 1, ERROR_MESSAGE: const map_async_result.status == wgpu::MapAsyncStatus::Success was false. Failed to download data from buffer. wgpu::MapAsyncStatus value: 4, message: Failed to execute 'mapAsync' on 'GPUBuffer': A valid external Instance reference no longer exists.",
      'runtime',
      'it failed: the GPU was lost, which happens when its driver restarts or its memory runs out',
    ],
  ];
  for (const [raw, code, line] of texts)
    it(`shortens to one line: "${raw.slice(0, 60)}…"`, () => {
      const error = runtimeError('it failed', new Error(raw));
      expect(error.message).to.equal(line);
      expect(error.code).to.equal(code);
    });
});
