/** A model for testing a provider: y = x + x for float32[1], opset 17. */
export function probeModel(): Uint8Array {
  const bytes = 'CAg6NQoOCgF4CgF4EgF5IgNBZGQSAXBaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgQKABAR';
  return Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
}
