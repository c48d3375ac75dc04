// The examples beside the page, as the tabs a newcomer sees.

/** The list of {name, query, variables}; empty if it can't be read, for the page works without. */
export async function readExamples(url) {
  try {
    const response = await fetch(url);
    return response.ok ? await response.json() : [];
  } catch {
    return [];
  }
}

/** GraphiQL names a tab after the operation in it and keeps variables as text. */
export const tabsOf = (examples) =>
  examples.map(({ query, variables }) => ({
    query,
    variables: variables && Object.keys(variables).length ? JSON.stringify(variables, null, 2) : undefined,
  }));
