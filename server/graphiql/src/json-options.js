// Keeps the JSON worker alive: monaco-graphql sets its options after each check of the query, mostly the
// same ones, and Monaco answers every setting with a new worker.

import { jsonDefaults } from 'monaco-editor/esm/vs/language/json/monaco.contribution.js';

const set = jsonDefaults.setDiagnosticsOptions.bind(jsonDefaults);
let last;

jsonDefaults.setDiagnosticsOptions = (options) => {
  const text = JSON.stringify(options);
  if (text === last) return;
  last = text;
  set(options);
};
