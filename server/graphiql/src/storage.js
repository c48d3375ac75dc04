// What GraphiQL remembers, under keys of this endpoint alone.

/**
 * The browser's storage is one for all that a host serves, and another GraphiQL on localhost would
 * leave its tabs here. Where storage is forbidden, the page forgets on reload but works.
 */
export function createStorage(pathname) {
  const store = browserStorage();
  const prefix = `fonds:${pathname}:`;
  const own = () => Object.keys(store).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key) => store.getItem(prefix + key),
    setItem: (key, value) => store.setItem(prefix + key, value),
    removeItem: (key) => store.removeItem(prefix + key),
    get length() {
      return own().length;
    },
    clear: () => own().forEach((key) => store.removeItem(key)),
  };
}

function browserStorage() {
  try {
    return window.localStorage;
  } catch {
    return forgetful();
  }
}

function forgetful() {
  const store = Object.create({
    getItem: (key) => store[key] ?? null,
    setItem: (key, value) => void (store[key] = value),
    removeItem: (key) => void delete store[key],
  });
  return store;
}
