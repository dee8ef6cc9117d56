/** "SimpleRNN" as Keras 3 writes it: "simple_rnn". */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Members of a list, each with its place in a .keras file: by its class, and a count from the second on. */
export function counted(at: string, members: unknown): { at: string; json: unknown }[] {
  if (!Array.isArray(members)) return [];
  const used = new Map<string, number>();
  return members.map((json) => {
    const name = snakeCase(String((json as { class_name?: unknown } | null)?.class_name));
    const n = used.get(name) ?? 0;
    used.set(name, n + 1);
    return { at: `${at}/${n === 0 ? name : `${name}_${n}`}`, json };
  });
}
