// The explorer in a browser that can reach nothing else: node explorer.mjs URL CHROMIUM [SCREENSHOT]
// Runs the first example, opens the documentation and the query builder; prints what it saw as JSON.
import { chromium } from 'playwright-core';

const [url, executablePath, screenshot] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] });
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 850 } });
  const foreign = [];
  const faults = [];
  await page.route('**/*', (route) => {
    const asked = route.request().url();
    if (asked.startsWith(url)) return route.continue();
    foreign.push(asked);
    return route.abort();
  });
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.goto(`${url}/`);
  await page.waitForSelector('.graphiql-query-editor .view-line');
  const tabs = await page.locator('.graphiql-tab').allInnerTexts();
  const [response] = await Promise.all([
    page.waitForResponse((found) => found.url().endsWith('/graphql') && found.request().postData()?.includes('NineDocuments')),
    page.click('.graphiql-execute-button'),
  ]);
  const titles = (await response.json()).data.documents.nodes.map((node) => node.title);
  await page.waitForFunction(() => document.querySelector('.result-window')?.textContent?.includes('Roshchin'));
  const shown = await page.locator('.result-window').innerText();
  await page.click('button[aria-label="Show Documentation Explorer"]');
  await page.waitForSelector('.graphiql-doc-explorer-content');
  const docs = await page.locator('.graphiql-doc-explorer-content').innerText();
  if (screenshot) await page.screenshot({ path: screenshot });
  await page.click('button[aria-label="Show Query builder"]');
  await page.waitForTimeout(500);
  const builder = await page.locator('.graphiql-plugin').innerText();
  const ends = await page.evaluate(() => location.pathname);
  console.log(JSON.stringify({ tabs, titles, shown, docs, builder, ends, foreign, faults }));
} finally {
  await browser.close();
}
