// The page of documentation in a real browser, served by the real program. URL is a running
// local function URL, SCREENSHOTS a folder.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { parse } from 'yaml';

const { URL: url, SCREENSHOTS: screenshots } = process.env;
const contract = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'));

let browser;
let page;
const complaints = [];
const elsewhere = [];

before(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
  page.on('console', (message) => {
    // What a refused call leaves there is the browser's own note of its status.
    const isStatus = message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isStatus) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${url}/`)) elsewhere.push(request.url());
  });
  await page.goto(`${url}/docs`);
  await page.getByText('List items').first().waitFor();
});

after(async () => {
  await browser?.close();
});

const screenshot = (name) => page.screenshot({ path: join(screenshots, `${name}.png`) });
const operation = (summary) => page.getByText(summary, { exact: true }).first().click();

/** Sends what is on the page, and waits until it shows each of these. */
async function execute(...texts) {
  await page.getByRole('button', { name: 'Execute' }).click();
  for (const text of texts) await page.getByText(text).first().waitFor();
}

test('every operation of the contract is there', async () => {
  const methods = Object.values(contract.paths).flatMap((path) => Object.values(path));
  assert.ok(methods.length > 15, `${methods.length} operations`);
  for (const { summary } of methods) {
    await operation(summary);
    await page.getByRole('heading', { name: summary }).first().waitFor();
  }
  await screenshot('operation');
});

test('trying a list shows the live answer', async () => {
  const created = await fetch(`${url}/items`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"A lamp that is really there"}',
  });
  assert.equal(created.status, 201);
  await operation('List items');
  await execute('(200)', 'A lamp that is really there');
  await screenshot('list');
});

test('trying a creation that breaks a rule shows the problem that the API answers', async () => {
  await operation('Create an item');
  await page.getByRole('button', { name: /^body$/i }).click();
  await page.locator('textarea.request-body-param-user-input').fill('{"name": ""}');
  await execute('(422)', 'must be 1 to 200 characters long');
  await screenshot('problem');
});

test('a phone shows the page without scrolling sideways', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${url}/docs`);
  await page.getByText('List items').first().waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `${width} pixels wide`);
  await screenshot('phone');
});

test('the browser has nothing to complain about, and no other host was asked', () => {
  assert.deepEqual(complaints, []);
  assert.deepEqual(elsewhere, []);
});

test('the page is kept to what is its own', async () => {
  const { headers } = await fetch(`${url}/docs`);
  const policy = headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline/);
});
