/** A file of the case, from the server. */
export async function file(name: string): Promise<ArrayBuffer> {
  const response = await fetch(`/files/${name}`);
  if (!response.ok) throw new Error(`the server has no ${name}`);
  return response.arrayBuffer();
}

export function norm(data: Float32Array): number {
  return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
}
