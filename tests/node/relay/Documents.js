import { graphql } from 'react-relay';

export const fragment = graphql`
  fragment Documents_person on Person
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "DocumentsPageQuery") {
    name
    documents(first: $count, after: $cursor, orderBy: { field: DATE }) @connection(key: "Person_documents") {
      edges {
        participations {
          role
        }
        node {
          title
        }
      }
    }
  }
`;
