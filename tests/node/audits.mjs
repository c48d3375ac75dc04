// The GraphQL-over-HTTP audits of graphql-http against a running server: node audits.mjs URL
import { auditServer } from 'graphql-http';

const url = process.argv[2];
const results = await auditServer({ url, fetchFn: fetch });
const levels = ['MUST', 'SHOULD', 'MAY'];
for (const level of levels) {
  const all = results.filter((result) => result.name.startsWith(`${level} `) || result.name.startsWith(`${level} NOT`));
  const passed = all.filter((result) => result.status === 'ok');
  console.log(`${level} ${passed.length}/${all.length}`);
}
const failed = results.filter((result) => result.status !== 'ok');
for (const result of failed) console.log(`${result.status}: ${result.id} ${result.name}: ${result.reason}`);
process.exitCode = failed.length ? 1 : 0;
