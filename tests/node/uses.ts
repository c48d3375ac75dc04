import type { PageQuery, PageQueryVariables } from './generated/types';

export const variables: PageQueryVariables = { size: 10, filter: { genre: ['diary'], person: { role: ['AUTHOR'] } } };

export function titles(page: PageQuery): string[] {
  return page.documents.edges.map((edge) => `${edge.node?.title ?? ''} ${edge.node?.date?.earliest ?? 'undated'}`);
}
