/** Where onnxruntime-node looks for ONNX Runtime's CUDA libraries. */
export const cudaTarget: string;
/** Whether ONNX Runtime's CUDA libraries are installed. */
export function hasCudaLibraries(target?: string): boolean;
/**
 * Copies ONNX Runtime's CUDA libraries from a folder: from any depth, or from a NuGet package (.nupkg) in it.
 * @param target the folder to copy them to. @default `cudaTarget`
 * @returns the names of the copied files
 * @throws Error if the folder does not exist, or lacks one of the libraries that are needed
 */
export function copyCudaLibraries(folder: string, target?: string): string[];
/** The folders, at any depth, with NVIDIA's own libraries: CUDA 12's runtime, cuBLAS, cuDNN 9. */
export function nvidiaFolders(folder: string): string[];
