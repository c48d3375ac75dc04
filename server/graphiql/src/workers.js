// Tells Monaco where its workers are: three files beside app.js, each a plain script (no blob: URL).

const FILES = { graphql: 'graphql.worker.js', json: 'json.worker.js' };

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) =>
    new Worker(new URL(FILES[label] ?? 'editor.worker.js', import.meta.url), { name: label }),
};
