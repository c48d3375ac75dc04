// The committed SDL under the schema rules and the Relay rules of graphql-eslint.
import graphql from '@graphql-eslint/eslint-plugin';

const { rules: recommended } = graphql.configs['flat/schema-recommended'];
const { rules: relay } = graphql.configs['flat/schema-relay'];

export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: 'generated/schema.graphql' } } },
    rules: {
      ...recommended,
      ...relay,
      // a list may hold plain things too: Relay's rule is about connections; a facet's node may be a value without an id
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
      // the one directive, @oneOf, is the specification's own
      '@graphql-eslint/require-description': ['error', { types: true, rootField: true, DirectiveDefinition: false }],
      // a Name has a name
      '@graphql-eslint/no-typename-prefix': 'off',
      // what has no life of its own has no id
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          acceptedIdNames: ['id'],
          acceptedIdTypes: ['ID'],
          exceptions: {
            suffixes: ['Connection', 'Edge'],
            types: [
              ...['Archive', 'HistoricalDate', 'Identifier', 'Name', 'Note', 'PageInfo', 'Participation', 'Text'],
              ...['DocumentFacets', 'FacetValue', 'Fragment', 'SearchMatch', 'Timeline', 'TimelineBucket'],
              ...['LoadCounts', 'LoadFile', 'LoadMessage', 'LoadPayload', 'Revision'],
              ...['Correspondence', 'Suggestion'],
            ],
          },
        },
      ],
    },
  },
];
