// The licences and notices of every package in the bundles, in full, as one text.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILES = /^(licen[cs]e|notice|copying|third[-_]?party)/i;
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
// React's repository has two names in its packages.
const MOVED = ['github.com/facebook/react', 'github.com/react/react'];
const RULE = '='.repeat(80);

/** For a package that carries no licence file and has no sibling with one: this text with its author. */
const MIT = (holder) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;

/** One section a package, in the order of their folders, then the notices that stand in the sources. */
export async function noticesOf(metafiles, legal, root) {
  const packages = await Promise.all(packagesIn(metafiles).map((folder) => read(join(root, folder))));
  const sections = packages.map((one) => section(one, packages));
  const comments = [...new Set(legal.flatMap(commentsIn))].sort();
  return [HEAD, ...sections, INSIDE_MONACO, `Notices in the sources\n\n${comments.join('\n\n')}\n`].join(`\n${RULE}\n`);
}

const HEAD = `The files in this folder contain the packages below, each under its own licence.
Written by build.mjs.
`;

const INSIDE_MONACO = `Inside monaco-editor, beside what its notices above name

Codicons (codicon.ttf), Copyright (c) Microsoft Corporation, under the Creative Commons Attribution 4.0
International Public License, https://creativecommons.org/licenses/by/4.0/legalcode; unchanged.
DOMPurify, Copyright (c) Cure53 and other contributors, under the Apache License 2.0, whose text is above.
vscode-json-languageservice, jsonc-parser, vscode-languageserver-types and vscode-uri, Copyright (c)
Microsoft Corporation, under the MIT License, whose text is above.
`;

/** The folders of the packages with at least one byte in a bundle. */
function packagesIn(metafiles) {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const inputs = outputs.flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0));
  const folders = inputs.map(([path]) => PACKAGE.exec(path)?.[1]).filter(Boolean);
  return [...new Set(folders)].sort();
}

async function read(folder) {
  const { name, version, license, author, repository } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => FILES.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const source = (repository?.url ?? repository ?? '').replace(/^git\+|\.git$/g, '').replace(...MOVED);
  return { name, version, license, author: author?.name ?? author, source, texts: texts.map(tidy) };
}

const tidy = (text) => text.replaceAll('\r\n', '\n').replace(/[ \t]+$/gm, '').trim();

function section(one, packages) {
  const texts = one.texts.length ? one.texts : [fallback(one, packages)];
  return `${one.name} ${one.version} (${one.license})\n${one.source}\n\n${texts.join('\n\n')}\n`;
}

/** The licence of a package from the same repository, else the MIT text with the author named. */
function fallback({ name, license, author, source }, packages) {
  const sibling = packages.find((other) => other.source === source && other.license === license && other.texts.length);
  if (sibling) return sibling.texts[0];
  if (license !== 'MIT' || !author) throw new Error(`${name} (${license}) has no licence file`);
  return MIT(author).trim();
}

/** The comments that esbuild set apart, without its headings. */
const commentsIn = (text) => text.match(/\/\*[\s\S]*?\*\//g) ?? [];
