// The page: GraphiQL with its tabs from examples.json and its requests to the endpoint in index.html.

import './workers.js';
import './monaco.js'; // first, because GraphiQL's style sheet must come after Monaco's
import './json-options.js';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { readExamples, tabsOf } from './examples.js';
import { createFetcher } from './fetcher.js';
import { createStorage } from './storage.js';
import './main.css';

const meta = (name) => new URL(document.querySelector(`meta[name="${name}"]`).content, document.baseURI);

const endpoint = meta('fonds-endpoint');
const fetcher = createFetcher(endpoint);
const storage = createStorage(endpoint.pathname);
const plugins = [HISTORY_PLUGIN, { ...explorerPlugin({ title: 'Query builder' }), title: 'Query builder' }];

const tabs = tabsOf(await readExamples(meta('fonds-examples')));
// GraphiQL fills the query editor from the first tab, but not the variables.
const isNewcomer = storage.getItem('graphiql:tabState') === null;
const firstVariables = isNewcomer ? tabs[0]?.variables : undefined;

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    plugins={plugins}
    defaultTabs={tabs.length ? tabs : undefined}
    initialVariables={firstVariables}
    defaultEditorToolsVisibility={tabs.some((tab) => tab.variables) ? 'variables' : undefined}
    shouldPersistHeaders={false}
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>
      <a className="fonds-logo" href={new URL('..', document.baseURI).href}>
        Fonds
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
