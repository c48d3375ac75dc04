// Monaco's own worker: word completion, links, and what else the editor computes aside.

import 'monaco-editor/esm/vs/editor/editor.worker.js';
