/** A page of the app, by the form of its address: `/people/:name`. */
export interface Route<P> {
  readonly pattern: string;
  readonly page: P;
}

export interface Match<P> {
  readonly page: P;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The first route that fits; more than three steps deep is no page of ours. */
export function matchRoute<P>(path: string, routes: readonly Route<P>[]): Match<P> | undefined {
  const given = partsOf(path);
  for (const { pattern, page } of routes) {
    const wanted = partsOf(pattern);
    if (wanted.length !== given.length) continue;
    const parameters: Record<string, string> = {};
    const fits = wanted.every((part, at) => {
      const value = given[at] ?? '';
      if (!part.startsWith(':')) return part === value;
      parameters[part.slice(1)] = decoded(value);
      return true;
    });
    if (fits) return { page, parameters };
  }
  return undefined;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
