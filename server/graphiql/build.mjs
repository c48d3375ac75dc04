// Builds dist/: GraphiQL 5 as Fonds serves it, for a browser that reaches no other host.
//
//   npm ci && node build.mjs      Node 20 or newer. Two builds are byte-equal. Commit dist/.
//
// What is slimmed, and why:
// - Monaco: src/monaco.js instead of every contribution. monaco-graphql imports its editor from a
//   relative './monaco-editor', so modules are swapped by resolved path, not by name. Monaco's API
//   drags in two diff editors, which src/no-diff-editor.js replaces.
// - Prettier formats queries only: variables and headers go through jsonc-parser
//   (src/format-json.js, 540 KB less), and the language worker leaves formatting to Prettify.
// - Fonts: Roboto and Fira Code are 350 KB; the system's faces do. Monaco's icons stay, as a file.
// - Style sheets one by one (src/main.css), because graphiql/style.css has those fonts inside.
// monaco-editor has the version that @graphiql/react asks for, which is not the newest.
//
// Each swap and edit names the file it is for, and the build fails when one did not happen.

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import { parse } from 'graphql';
import { noticesOf } from './notices.mjs';

const ROOT = dirname(fileURLToPath(import.meta.url));
const DIST = join(ROOT, 'dist');
const MODULES = join(ROOT, 'node_modules');
const COPIED = ['index.html', 'favicon.svg', 'examples.json'];
const WIDGETS = 'monaco-editor/esm/vs/editor/browser/widget';

// Module in node_modules → what stands in for it.
const SWAPS = {
  'monaco-graphql/esm/monaco-editor.js': 'src/monaco.js',
  [`${WIDGETS}/diffEditor/diffEditorWidget.js`]: 'src/no-diff-editor.js',
  [`${WIDGETS}/multiDiffEditor/multiDiffEditorWidget.js`]: 'src/no-diff-editor.js',
};

// Importing module → what it gets for each import of Prettier that the pattern fits.
const PRETTIERS = {
  '@graphiql/react/dist/utility/jsonc.js': [/./, 'src/format-json.js'],
  'monaco-graphql/esm/GraphQLWorker.js': [/./, 'src/format-json.js'],
  // An old name of the plugin, and a second copy of it.
  '@graphiql/react/dist/constants.js': [/parser-graphql$/, 'node_modules/prettier/plugins/graphql.mjs'],
};

// Module → pattern in it → text instead.
const EDITS = {
  // No font of this name is served, and Monaco writes the family without a fallback into the page.
  '@graphiql/react/dist/utility/create-editor.js': [
    /"\\"Fira Code\\""/,
    '"ui-monospace, \'SF Mono\', Menlo, Consolas, \'Liberation Mono\', \'DejaVu Sans Mono\', monospace"',
  ],
  // On Linux and Windows WinCtrl is the logo key, but menus and tooltips promise Shift-Ctrl-P.
  '@graphiql/react/dist/constants.js': [/KeyMod\.WinCtrl/g, '(isMacOs ? KeyMod.WinCtrl : KeyMod.CtrlCmd)'],
  // The worker has no Prettier; the toolbar's Prettify has.
  'monaco-graphql/esm/api.js': [/documentFormattingEdits: true/, 'documentFormattingEdits: false'],
  // 20 KB in each of four files, for the highlighter that src/monaco.js leaves out.
  'monaco-editor/esm/vs/base/common/strings.js': [/JSON\.parse\('\{\\"_common\\":[^']*'\)/, '({ _common: [] })'],
};

// What a page under `script-src 'self'; connect-src 'self'` can't have, or a commit must not name.
const FORBIDDEN = [/\bnew Function\(/, /\beval\(/, /registry\.[a-z]+\.(org|com)/, /@import\s*["']?(url\()?["']?https?:/, /url\(["']?https?:/];

const OPTIONS = {
  absWorkingDir: ROOT,
  outdir: DIST,
  bundle: true,
  minify: true,
  charset: 'utf8',
  write: false,
  metafile: true,
  legalComments: 'external',
  target: ['chrome111', 'firefox115', 'safari16.4'],
  define: { 'process.env.NODE_ENV': '"production"' },
  conditions: ['production'],
  jsx: 'automatic',
  loader: { '.ttf': 'file' },
  assetNames: '[name]',
  logLevel: 'warning',
};

const APP = { entryPoints: { app: 'src/main.jsx' }, format: 'esm' };
const WORKERS = {
  entryPoints: {
    'editor.worker': 'src/editor.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  },
  format: 'iife',
};

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const prettierOf = (module) => `Prettier of ${module}`;
const exactly = (module) => new RegExp(`/node_modules/${escaped(module)}$`);

/** The esbuild plugin for the three tables above; `done` collects which of them were met. */
function slimming(done) {
  const swap = (build, [module, stand]) =>
    build.onLoad({ filter: exactly(module) }, async () => {
      done.add(module);
      return { contents: await readFile(join(ROOT, stand), 'utf8'), resolveDir: join(ROOT, 'src'), loader: 'js' };
    });
  const edit = (build, [module, [before, after]]) =>
    build.onLoad({ filter: exactly(module) }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(before, () => after);
      if (contents !== text) done.add(module);
      return { contents, loader: 'js' };
    });
  const prettier = (build) =>
    build.onResolve({ filter: /^prettier\// }, ({ path, importer }) => {
      const module = relative(MODULES, importer);
      const [pattern, stand] = PRETTIERS[module] ?? [];
      if (!pattern?.test(path)) return undefined;
      done.add(prettierOf(module));
      return { path: join(ROOT, stand) };
    });
  return {
    name: 'slimming',
    setup(build) {
      Object.entries(SWAPS).forEach((entry) => swap(build, entry));
      Object.entries(EDITS).forEach((entry) => edit(build, entry));
      prettier(build);
    },
  };
}

async function bundle() {
  const done = new Set();
  const builds = [APP, WORKERS].map((part) => esbuild.build({ ...OPTIONS, ...part, plugins: [slimming(done)] }));
  const results = await Promise.all(builds);
  const due = [...Object.keys(SWAPS), ...Object.keys(EDITS), ...Object.keys(PRETTIERS).map(prettierOf)];
  const missed = due.filter((name) => !done.has(name));
  if (missed.length) throw new Error(`not slimmed, because not met or changed: ${missed.join(', ')}`);
  return results;
}

/** What a browser loads, and apart from it the comments that licences want kept. */
function sorted(results) {
  const files = results.flatMap((result) => result.outputFiles);
  const isLegal = ({ path }) => path.endsWith('.LEGAL.txt');
  return { code: files.filter((file) => !isLegal(file)), legal: files.filter(isLegal).map((file) => file.text) };
}

function check({ path, text }) {
  const found = FORBIDDEN.find((pattern) => pattern.test(text));
  if (found) throw new Error(`${basename(path)} contains ${found}: ${found.exec(text)[0]}`);
}

/** A tab is named after the operation in it, so an example's name must be that one's. */
async function checkExamples() {
  for (const { name, query } of JSON.parse(await readFile(join(ROOT, 'src/examples.json'), 'utf8'))) {
    const [operation] = parse(query).definitions;
    if (operation.name?.value !== name) throw new Error(`example ${name} holds operation ${operation.name?.value}`);
  }
}

async function write(code, notices) {
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST, { recursive: true });
  for (const { path, contents } of code) await writeFile(path, contents);
  for (const name of COPIED) await cp(join(ROOT, 'src', name), join(DIST, name));
  await writeFile(join(DIST, 'LICENSES.txt'), notices);
}

function report(code) {
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(8)} kB`;
  for (const { path, contents } of code) {
    console.log(`${basename(path).padEnd(20)}${kilobytes(contents.length)}${kilobytes(gzipSync(contents).length)} gzip`);
  }
}

await checkExamples();
const results = await bundle();
const { code, legal } = sorted(results);
code.filter(({ path }) => !path.endsWith('.ttf')).forEach(check);
await write(code, await noticesOf(results.map((result) => result.metafile), legal, ROOT));
report(code);
