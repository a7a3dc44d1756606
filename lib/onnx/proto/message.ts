import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';

/**
 * What is left of a message without the fields that the IR models, or `undefined` if that is nothing: fields that this
 * library has no use for, and those it does not even know, so that they survive being read and written.
 */
export function remainder<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  modeled: readonly (keyof MessageShape<D>)[],
): MessageShape<D> | undefined {
  const skipped: ReadonlySet<PropertyKey> = new Set([...modeled, '$typeName']);
  const rest = Object.entries(message).filter(
    ([name, value]) => !skipped.has(name) && !(Array.isArray(value) && value.length === 0),
  );
  return rest.length === 0 ? undefined : Object.assign(create(schema), Object.fromEntries(rest));
}

/** A message made of an older one, whose fields are replaced by those given. */
export function revise<D extends DescMessage>(
  schema: D,
  origin: MessageShape<D> | undefined,
  fields: Partial<MessageShape<D>>,
): MessageShape<D> {
  return Object.assign(create(schema), origin, fields);
}
