// Clients that frontends use, against a running server whose address is in FONDS_URL: node --test
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { cacheExchange, createClient, fetchExchange } from '@urql/core';
import { ClientError, GraphQLClient } from 'graphql-request';

const url = process.env.FONDS_URL;
const PAGE = /* GraphQL */ `
  query Page($size: Int!, $after: String, $genre: [String!]) {
    documents(first: $size, after: $after, filter: { genre: $genre }, orderBy: { field: DATE }) {
      totalCount
      edges { cursor node { id title date { edtf } } }
      pageInfo { hasNextPage endCursor }
    }
  }`;
const WRONG = '{ documents(filter: {date: {edtf: "yesterday"}}) { totalCount } }';

function apollo(options = {}) {
  const typePolicies = { Query: { fields: { documents: relayStylePagination(['filter', 'orderBy']) } } };
  return new ApolloClient({ link: new HttpLink({ uri: url, ...options }), cache: new InMemoryCache({ typePolicies }) });
}

for (const useGETForQueries of [false, true]) {
  test(`Apollo Client pages through all documents (${useGETForQueries ? 'GET' : 'POST'})`, async () => {
    const client = apollo({ useGETForQueries });
    let found = (await client.query({ query: gql(PAGE), variables: { size: 4 } })).data;
    const titles = found.documents.edges.map((edge) => edge.node.title);
    while (found.documents.pageInfo.hasNextPage) {
      const variables = { size: 4, after: found.documents.pageInfo.endCursor };
      found = (await client.query({ query: gql(PAGE), variables, fetchPolicy: 'no-cache' })).data;
      titles.push(...found.documents.edges.map((edge) => edge.node.title));
    }
    client.stop();
    assert.equal(titles.length, 9);
    assert.equal(new Set(titles).size, 9);
  });
}

test('Apollo Client asks by hash, sends the text once, and asks by hash again by GET', async () => {
  const asked = [];
  const counting = (address, options) => {
    asked.push(`${options.method} ${(options.body ?? address).includes('query+Hashed') || (options.body ?? '').includes('query Hashed')}`);
    return fetch(address, options);
  };
  const sha256 = async (text) => Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))).toString('hex');
  const link = createPersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(new HttpLink({ uri: url, fetch: counting }));
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  for (let turn = 0; turn < 2; turn += 1) {
    const found = await client.query({ query: gql('query Hashed { documents { totalCount } }'), fetchPolicy: 'no-cache' });
    assert.equal(found.data.documents.totalCount, 9);
  }
  client.stop();
  assert.deepEqual(asked, ['GET false', 'POST true', 'GET false']);
});

test('Apollo Client tells an error with its code', async () => {
  const client = apollo();
  await assert.rejects(client.query({ query: gql(WRONG) }), (error) => {
    assert.equal(error.errors[0].extensions.code, 'ARGUMENT_INVALID');
    return true;
  });
  client.stop();
});

for (const preferGetMethod of [false, 'force']) {
  test(`urql asks with variables and is told errors (${preferGetMethod ? 'GET' : 'POST'})`, async () => {
    const client = createClient({ url, exchanges: [cacheExchange, fetchExchange], preferGetMethod });
    const page = await client.query(PAGE, { size: 2, genre: ['diary'] }).toPromise();
    assert.equal(page.error, undefined);
    assert.equal(page.data.documents.edges.length, 2);
    const wrong = await client.query(WRONG, {}).toPromise();
    assert.equal(wrong.error.graphQLErrors[0].extensions.code, 'ARGUMENT_INVALID');
  });
}

test('graphql-request asks with variables and is told errors', async () => {
  for (const method of ['POST', 'GET']) {
    const client = new GraphQLClient(url, { method });
    const page = await client.request(PAGE, { size: 9 });
    assert.equal(page.documents.totalCount, 9);
    assert.equal(page.documents.pageInfo.hasNextPage, false);
    await assert.rejects(client.request(WRONG), (error) => {
      assert.ok(error instanceof ClientError);
      assert.equal(error.response.errors[0].extensions.code, 'ARGUMENT_INVALID');
      return true;
    });
  }
});
